"""Names of the fields of papers, in English and in Chinese."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Naming:
    """A field's names in both languages, the plain name first, and questions that fit it alone."""

    nouns: tuple[str, ...]
    chinese: tuple[str, ...]
    special: tuple[str, ...] = ()
    special_chinese: tuple[str, ...] = ()


NAMINGS = {
    "total": Naming(
        ("total", "total", "total amount", "amount to pay", "sum to pay", "grand total", "sum", "final amount"),
        ("总额", "总计", "合计", "总金额", "总价", "应付金额"),
        (
            *(
                "How much is it?",
                "How much is it in total?",
                "How much do I have to pay?",
                "What does it cost altogether?",
            ),
            *(
                "How much in all?",
                "How much was it?",
                "How much did they pay?",
                "How much money is it?",
                "What do I owe?",
            ),
            *("How much did it come to?", "How much did I spend?", "How much is the bill?", "How much to pay?"),
        ),
        ("一共多少钱?", "总共多少钱?", "多少钱?", "一共花了多少钱?", "要付多少钱?", "总共是多少?", "花了多少?"),
    ),
    "subtotal": Naming(
        ("subtotal", "amount before tax", "net amount", "sum without tax"), ("小计", "税前金额", "净额")
    ),
    "tax": Naming(
        ("tax", "tax", "VAT", "amount of tax", "sales tax"),
        ("税额", "税", "税金", "增值税"),
        ("How much is the tax?", "How much tax is there?", "How much tax was paid?", "How much VAT?"),
        ("税是多少?", "交了多少税?", "税多少钱?"),
    ),
    "discount": Naming(
        ("discount", "reduction", "money off"),
        ("折扣", "优惠金额"),
        ("How much is the discount?", "How much was taken off?"),
        ("优惠了多少?", "打了多少折扣?"),
    ),
    "change": Naming(
        ("change", "change given", "money given back"),
        ("找零", "找回的钱"),
        ("How much change was given?", "How much change did they get?"),
        ("找了多少钱?",),
    ),
    "count": Naming(
        ("number of items", "number of things bought", "item count"),
        ("商品数量", "件数"),
        (
            *("How many items are there?", "How many items were bought?", "How many things are listed?"),
            *("How many products are on it?", "How many items does it list?", "How many positions are there?"),
        ),
        ("有几件商品?", "买了几样东西?", "一共有几项?", "有多少件商品?"),
    ),
    "payment": Naming(
        ("way of payment", "method of payment", "payment", "payment method"),
        ("付款方式", "支付方式"),
        ("How was it paid?", "What was it paid with?", "How did they pay?", "Cash or card?"),
        ("怎么付的款?", "用什么付的钱?"),
    ),
    "date": Naming(
        ("date", "date", "printed date", "day"),
        ("日期", "日期", "年月日"),
        (
            *("When was it?", "Which date is it?", "On which day is it?", "When is it?", "What day is it?", "When?"),
            *("What date is on it?", "When was this?", "What date is this from?", "Which day?"),
        ),
        ("是哪一天?", "什么时候?", "是哪天?", "几月几号?", "哪天的?"),
    ),
    "due": Naming(
        ("due date", "date by which to pay", "payment date", "deadline"),
        ("付款期限", "到期日", "截止日期"),
        ("When is it due?", "When must it be paid?", "By when do I have to pay?", "When do I have to pay?"),
        ("什么时候到期?", "最晚什么时候付款?"),
    ),
    "time": Naming(
        ("time", "time", "time of day", "hour"),
        ("时间", "时间", "几点钟"),
        (
            "At what time?",
            "What time is it?",
            "At what time is it?",
            "When does it start?",
            "What time?",
            "How late is it?",
        ),
        ("几点?", "是几点?", "几点开始?"),
    ),
    "number": Naming(
        ("order number", "receipt number", "reference number", "order number", "invoice number", "number", "reference"),
        ("编号", "单号", "订单号", "号码", "收据号码", "发票号码"),
        (
            *("What is the number of the receipt?", "What is the order's number?", "What number does it have?"),
            *("What is the invoice's number?", "Which number is on the invoice?"),
        ),
        ("单号是多少?", "是几号单?"),
    ),
    "name": Naming(
        ("name", "name", "person's name", "full name", "name of the person"),
        ("姓名", "名字", "人名"),
        (
            *("Whose name is on it?", "Who is it?", "Who is it for?", "Who is this?", "Which person is named?", "Who?"),
            *("What is his name?", "What is her name?", "What's the person called?", "Whose card is it?"),
        ),
        ("是谁?", "叫什么名字?", "上面是谁的名字?", "谁的?", "名字叫什么?"),
    ),
    "customer": Naming(
        ("customer", "buyer", "client", "customer's name"),
        ("客户", "买方", "顾客"),
        ("Who is the bill for?", "Who has to pay?", "To whom is it billed?", "Who is the invoice for?"),
        ("开给谁的?", "谁要付款?"),
    ),
    "phone": Naming(
        *(
            (
                "phone number",
                "phone number",
                "telephone number",
                "phone",
                "number to call",
                "telephone",
                "mobile number",
            ),
            ("电话号码", "电话", "手机号", "联系电话"),
        ),
        (
            *("Which number should I call?", "What number can I call?", "What number do I call?", "Where can I call?"),
            *("How can I call them?", "What's the phone?", "Which phone number is it?", "What number do I ring?"),
        ),
        ("电话是多少?", "打哪个电话?", "联系电话是多少?", "手机号是多少?"),
    ),
    "email": Naming(
        ("e-mail address", "email address", "e-mail", "email", "mail address"),
        ("邮箱", "电子邮箱", "电子邮件", "邮箱地址"),
        ("Where can I write an e-mail to?", "How can I mail them?", "What's the email?"),
        ("电子邮件是什么?", "邮箱是多少?"),
    ),
    "web": Naming(
        ("web address", "website", "web site", "URL", "homepage", "web page"),
        ("网址", "网站", "网页地址"),
        ("Which website is it?", "What's the site?"),
        ("网站是什么?",),
    ),
    "address": Naming(
        ("address", "address", "whole address", "full address"),
        ("地址", "详细地址", "完整地址"),
        ("Where is it?", "Where does it go to?", "Where should it be sent?", "Where do they live?"),
        ("地址在哪?", "在什么地方?", "寄到哪里?"),
    ),
    "street": Naming(
        ("street", "street and number", "street address"), ("街道", "街名"), ("Which street is it?", "In which street?")
    ),
    "town": Naming(
        ("town", "city", "town or city"), ("城市", "城镇"), ("Which town is it?", "Which city is it?", "In which town?")
    ),
    "postcode": Naming(("postcode", "zip code", "postal code", "ZIP"), ("邮编", "邮政编码")),
    "shop": Naming(
        ("shop", "shop's name", "name of the shop", "store", "name of the store", "store name", "shop name"),
        ("店名", "商店", "商店名称", "店铺"),
        (
            *("Which shop is it?", "Where was it bought?", "Which shop is it from?", "What is the shop called?"),
            *("Where did they shop?", "Which store?", "Where was this bought?", "Who is the seller?"),
        ),
        ("是哪家店?", "在哪里买的?", "哪家店的?", "店叫什么名字?"),
    ),
    "company": Naming(
        ("company", "company", "company's name", "name of the company", "firm", "business"),
        ("公司", "公司名称", "公司名"),
        ("Which company is it?", "Which firm is it?", "What's the company called?"),
        ("是哪家公司?", "哪个公司?"),
    ),
    "role": Naming(
        ("job", "job title", "profession", "position", "role"),
        ("职位", "职业", "职务"),
        ("What is the person's job?", "What do they do?", "What's their job?"),
        ("做什么工作?",),
    ),
    "weight": Naming(
        ("weight", "weight", "mass"),
        ("重量", "重量", "净重"),
        ("How heavy is it?", "How much does it weigh?", "What does it weigh?"),
        ("有多重?", "多重?", "重多少?"),
    ),
    "title": Naming(
        ("title", "heading", "headline", "title of the page"),
        ("标题", "题目"),
        ("What is the page's heading?", "What is it called?", "What is it about?"),
        ("标题叫什么?",),
    ),
    "place": Naming(
        ("place", "location", "venue"),
        ("地点", "位置", "场所"),
        ("Where is it?", "Where does it take place?", "Where?", "Where will it be?", "Where do we meet?"),
        ("在哪里?", "在哪儿?", "地点在哪?"),
    ),
}
