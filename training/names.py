"""Lists of names and words that values are invented from."""


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _list(
    "Maria John Anna Peter Laura Ahmed Wei Sofia Daniel Emma Carlos Yuki Olga Tom Grace Ivan Nadia Paul Clara Hugo Mei "
    "Lucas Elena Omar Julia Victor Amy Bruno Diana Eric Fatima Greg Helen Igor Jane Kofi Linda Martin Nora Oscar Priya "
    "Quentin Rosa Samuel Tara Ursula Vera Walter Ximena Yara Zoe René André Aisha Bjorn Chloe Dmitri Esther Felix "
    "Gustavo Hannah Ibrahim Jing Kenji Leila Mateo Noah Olivia Pedro Qiang Rachel Sanjay Thandi Umar Valeria Wendy "
    "Xavier Yasmin Zainab Alice Boris Carmen David Eva Frank Gloria Henry Irene Jakob Karin Liam Marta Nils Otto Petra "
    "Ravi Sven Tina Ulrich Viola William Aline Bernard Cesar Doris Edgar Freya Gina Harald Ines Jonas Kate Luis Miriam"
)
SURNAMES = _list(
    "Smith Jones Garcia Miller Chen Novak Kowalski Rossi Silva Ito Schmidt Dubois Larsen Murphy Khan Okafor Patel Kim "
    "Nguyen Brown Weber Costa Petrov Haddad Olsen Walsh Young Fischer Moreau Sato Hughes Baker Turner Evans Reyes Cruz "
    "Andersson Bianchi Carter Diaz Eriksen Ferrari Gupta Hoffmann Ivanova Jansen Keller Lopez Mendoza Nakamura O'Brien "
    "Park Quinn Ramos Singh Tanaka Ueda Vargas Wagner Xu Yilmaz Zhang Adeyemi Becker Cooper Dias Edwards Fournier Gray "
    "Huber Iqbal Jensen Klein Lindberg Meyer Nielsen Ortiz Peeters Richter Santos Taylor Usman Virtanen Wood Zeller"
)
TOWNS = _list(
    "Leeds Bristol Austin Dover Lyon Ghent Turin Porto Oslo Bergen Dublin Cork Salem Denver Boston Perth Hobart Basel "
    "Graz Linz Bonn Kiel Essen Utrecht Lund Turku Riga Krakow Brno York Bath Derby Exeter Mesa Tulsa Omaha Reno Osaka "
    "Kyoto Nairobi Accra Lagos Cairo Tunis Lima Quito Bogota Santiago Mumbai Pune Hanoi Manila Jakarta Seoul Taipei "
    "Toronto Halifax Calgary Sydney Cairns Wellington Madrid Seville Bilbao Naples Verona Nantes Lille Bruges Antwerp "
    "Delft Aarhus Malmo Tampere Tallinn Vilnius Gdansk Prague Vienna Salzburg Zurich Geneva Cardiff Glasgow Belfast"
)
ENDINGS = _list("ton ford ham field wick bury dale mouth bridge ville burg stead")
STREETS = _list(
    "Street St. Road Rd. Avenue Ave Lane Drive Way Close Square Court Place Row Hill Terrace "
    "Boulevard Blvd. Crescent Park Walk Parade Alley Quay Green Rise Mews Grove Path Circle"
)
COMPANY_ENDINGS = _list(
    "Ltd Inc. GmbH LLC Co. Group Partners Labs Works Studio Systems Foods Logistics Bank "
    "LLP Corp. Inc Sons Media Design Trading Services Energy Textiles Motors Paper Tools AG S.A. Holding"
)
MONTHS = _list("January February March April May June July August September October November December")
DAYS = _list("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
SMALL_WORDS = _list(
    "the a of and to in is was for with on at by from as that it his her our their this not but or are be an all "
    "one two when who will had has we you they can more no if out so up than into them only other new some could time "
    "these may then do first any my now such like over even most after also before must through where"
)
GOODS = _list(
    "Coffee Tea Bread Milk Butter Apples Soap Rice Honey Cheese Juice Salad Soup Pasta Pizza Cake Water Eggs Beans "
    "Nuts Pears Candles Paper Pens Batteries Lamp Shirt Socks Book Map Ticket Cable Screws Paint Brush Glue Tape Flour "
    "Toast Bagel Muffin Cookies Tart Waffle Omelette Burger Fries Sandwich Wrap Noodles Curry Steak Fish Chicken Sushi "
    "Tomatoes Onions Carrots Potatoes Lettuce Peppers Grapes Bananas Oranges Lemons Berries Melon Olives Yoghurt Cream "
    "Cola Beer Wine Cider Lemonade Espresso Latte Cocoa Sugar Salt Pepper Oil Vinegar Jam Cereal Chocolate Crisps "
    "Shampoo Toothpaste Towel Sponge Bleach Napkins Foil Envelope Stamps Notebook Ruler Scissors Folder Ink Toner "
    "Hammer Nails Drill Saw Pliers Ladder Hose Bulb Plug Battery Charger Mouse Keyboard Headset Mug Plate Bowl Knife "
    "Scarf Gloves Hat Belt Shoes Jacket Jeans Dress Umbrella Wallet Magazine Newspaper Puzzle Kite Ball Racket Tent"
)
QUALITIES = _list(
    "large small red green fresh dark white sweet iced organic double spare blue soft old "
    "new black yellow grey hot cold mini big long short plain mixed smoked grilled dried salted light strong wild"
)
VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnprstvwz"
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
