"""What a check may say besides "ok": what is wanting, and what is only worth knowing."""


class Wanting(Exception):
    """The bot does not run so, or not as it is set; the text says what to do."""


class Remark(Exception):
    """It runs, but does less than it could; the text says what to do for more."""
