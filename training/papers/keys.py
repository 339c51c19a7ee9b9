"""The keys of forms: for the fields that have a name, and for anything else."""

from collections.abc import Callable
from dataclasses import dataclass

from training import values
from training.documents import Source


@dataclass(frozen=True, slots=True)
class Entry:
    """A field of a form: its keys in training, those kept out of it, and the function that fills it in."""

    field: str
    keys: tuple[str, ...]
    held_out: tuple[str, ...]
    make: Callable[[Source], str]


ENTRIES = (
    Entry(
        "name",
        (
            *("Name", "Name", "Full name", "Applicant", "Guest", "Patient", "Signed by", "Person", "Member", "Contact"),
            *("Contact person", "Student", "Holder", "Tenant", "Passenger", "Driver", "Name and surname", "Employee"),
            *("Owner", "Candidate", "Player", "Print name", "First and last name", "Pupil", "Reader"),
        ),
        ("Your name", "Visitor", "Participant"),
        lambda source: values.person(source.rng),
    ),
    Entry(
        "customer",
        ("Customer", "Client", "Billed to", "Buyer", "Client name", "Purchaser", "Invoice to", "Account of", "Payer"),
        ("Customer's name", "Bill to"),
        lambda source: values.person(source.rng),
    ),
    Entry(
        "date",
        (
            *("Date", "Date", "Date of visit", "Issued", "Issue date", "Day", "Date of issue", "Signed on", "On"),
            *("Date signed", "Date of order", "Filled in on", "Entry date", "Written on", "Date of request", "When"),
        ),
        ("Dated", "Today's date"),
        lambda source: values.date(source.rng),
    ),
    Entry(
        "time",
        (
            "Time",
            "Time",
            "Start",
            "Starts at",
            "Begins",
            "Hour",
            "Time of day",
            "Arrival time",
            "Clock",
            "Time of visit",
        ),
        ("At", "Start time"),
        lambda source: values.time(source.rng),
    ),
    Entry(
        "phone",
        (
            *("Phone", "Telephone", "Tel.", "Phone no.", "Cell phone", "Phone number", "Telephone no.", "Tel", "Cell"),
            *("Contact number", "Call", "Phone (day)", "Telephone number", "Number to call", "Handset"),
        ),
        ("Mobile", "Tel. no.", "Mobile phone"),
        lambda source: values.phone(source.rng),
    ),
    Entry(
        "email",
        ("E-mail", "Email", "E-mail address", "Mail", "EMAIL", "e-mail", "Mail address", "Electronic mail", "Inbox"),
        ("Email address", "Your e-mail"),
        lambda source: values.email(source.rng, source.words),
    ),
    Entry(
        "web",
        (
            "Website",
            "Web",
            "Internet",
            "Homepage",
            "URL",
            "Web site",
            "Site",
            "Home page",
            "Internet address",
            "Online",
        ),
        ("Web page", "Web address"),
        lambda source: values.web(source.rng, source.words),
    ),
    Entry(
        "weight",
        (
            *("Weight", "Weight", "Net weight", "Gross weight", "Wt.", "Mass", "Total weight", "Load", "Body weight"),
            *("Weight in all", "Max. weight", "Weight of goods"),
        ),
        ("Weighs", "Weight of parcel"),
        lambda source: values.weight(source.rng),
    ),
    Entry(
        "street",
        ("Street", "Address", "Street address", "Street, no.", "Road", "Street name", "Street no.", "House and street"),
        ("Home address", "Street and number"),
        lambda source: values.street(source.rng, source.words),
    ),
    Entry(
        "town",
        ("Town", "City", "Town", "City/Town", "Place of residence", "Municipality", "Town/village", "City name"),
        ("Home town", "Town or city"),
        lambda source: values.town(source.rng),
    ),
    Entry(
        "postcode",
        ("Postcode", "Zip code", "Postal code", "ZIP", "POSTCODE", "Zip", "Mail code", "ZIP/Postcode"),
        ("Post code", "Zip or postcode"),
        lambda source: values.postcode(source.rng),
    ),
    Entry(
        "company",
        (
            *("Company", "Firm", "Employer", "Company", "Company name", "Business", "Organisation", "Name of company"),
            *("Workplace", "Supplier", "Employed by", "Business name", "Works for"),
        ),
        ("Your company", "Company or firm"),
        lambda source: values.company(source.rng, source.words),
    ),
    Entry(
        "number",
        (
            *("Number", "Order no.", "Reference", "Case no.", "Order number", "Ref. no.", "No.", "File no.", "Ref."),
            *("Order ID", "Booking no.", "Form no.", "Reference number", "Our reference", "Booking number"),
        ),
        ("Reference no.", "Number of order"),
        lambda source: values.code(source.rng),
    ),
    Entry(
        "total",
        (
            *("Total", "Total", "Amount", "Total amount", "Amount due", "To pay", "Sum", "Grand total", "Total cost"),
            *("Amount to pay", "Total sum", "Price in total", "Total to pay", "Final amount", "Fee in total"),
        ),
        ("Balance due", "Total payable"),
        lambda source: source.rng.choice(values.CURRENCIES).write(source.rng.randint(100, 199999)),
    ),
)
CLASHES = ({"name", "customer"}, {"phone", "number"})
SIMILAR = {
    "date": ("Date of birth", "Valid until", "Expires", "Arrival", "Departure", "Return by", "Hired on", "Next visit"),
    "name": ("Doctor", "Mother", "Father", "Manager", "Witness", "Teacher", "Next of kin", "Approved by", "Host"),
    "phone": ("Fax", "Emergency phone", "Work phone", "Landline", "Second phone", "Phone at night"),
    "time": ("End", "Ends at", "Until", "Closing time", "Check-out", "Pick-up time"),
    "town": ("Place of birth", "Travelling to", "Branch", "Signed in"),
    "weight": ("Tare", "Weight of load", "Empty weight"),
    "total": ("Deposit", "Fee", "Insurance", "Tip", "Refund", "Rent"),
    "number": ("Passport no.", "Customer no.", "Tax ID", "Contract", "Insurance no."),
}
"""Keys of training alone whose values look like those of a field, so that only the key tells them apart."""

OWNERS = ("Your {}", "My {}", "Client's {}", "New {}", "Current {}", "Main {}", "First {}", "Office {}", "Other {}")
"""Words that training sometimes puts before a key."""

WORD_KEYS = (
    *("Colour", "Size", "Department", "Model", "Status", "Material", "Type", "Subject", "Group", "Class", "Brand"),
    *("Language", "Country", "Category", "Style", "Reason", "Unit", "Result", "Level", "Section", "Species"),
    *("Nationality", "Product", "Course", "Diet", "Hobby", "Occupation", "Gender", "Hair", "Season", "Sport"),
    *("Method", "Format", "Quality", "Mood", "Origin", "Breed", "Finish", "Shade", "Service", "Priority", "Condition"),
)
HELD_OUT_WORD_KEYS = ("Shape", "Area", "Project", "Topic", "Team", "Region", "Pattern", "Flavour", "Purpose")
CODE_KEYS = (
    *("Serial no.", "Room", "Quantity", "Floor", "Version", "Seat", "Gate", "Batch", "Code", "Account", "Member no."),
    *("Licence", "Ticket", "Platform", "Lot", "Desk", "Locker", "Policy no.", "Permit", "Case", "Bus"),
    *("Meter", "Part no.", "Bin", "Plate", "Train", "Slot", "Hall", "Cabin", "PIN", "Track", "Tray", "Port", "Bed"),
    *("Article", "Series", "Block", "Dock", "Unit no.", "Job no.", "Pass", "Engine no.", "Volume", "Chapter", "Rack"),
)
HELD_OUT_CODE_KEYS = ("Flight", "Table", "Box", "Page", "Shelf", "Key no.", "Row", "Asset", "Badge")
TITLES = (
    *("Registration", "APPLICATION", "Visitor form", "Booking form", "ORDER FORM", "Details", "Member card"),
    *("Application form", "Check-in", "Request", "Record", "Delivery note", "Claim form", "Contact form", "Report"),
    *("Questionnaire", "PERMIT", "Job card", "Guest card", "Work order", "Medical form", "Checklist", "Rental form"),
)
HELD_OUT_TITLES = ("Sign-up sheet", "PERSONAL DATA", "Service request", "Data sheet", "Travel form")
