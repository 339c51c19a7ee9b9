"""Roles put together from parts, so that they are read, not remembered."""

from training import values
from training.documents import Source

HELD_OUT_ROLES = (
    *("Carpenter", "Dentist", "Project Manager", "Tax Adviser", "Journalist", "Gardener", "Head of Research"),
    *("Sales Director", "Web Designer", "Veterinarian", "Data Analyst", "Violin Teacher"),
)
JOBS = (
    *("Engineer", "Director", "Architect", "Designer", "Consultant", "Editor", "Photographer", "Accountant", "Baker"),
    *("Translator", "Notary", "Founder", "Chemist", "Electrician", "Lawyer", "Doctor", "Teacher", "Plumber", "Tailor"),
    *("Physiotherapist", "Partner", "Nurse", "Surgeon", "Pharmacist", "Optician", "Biologist", "Physicist", "Broker"),
    *("Economist", "Historian", "Librarian", "Musician", "Painter", "Sculptor", "Writer", "Reporter", "Publisher"),
    *("Florist", "Butcher", "Chef", "Waiter", "Barber", "Hairdresser", "Mechanic", "Welder", "Joiner", "Roofer"),
    *("Bricklayer", "Locksmith", "Jeweller", "Watchmaker", "Optometrist", "Psychologist", "Therapist", "Midwife"),
    *("Paramedic", "Pilot", "Driver", "Sailor", "Farmer", "Forester", "Fisherman", "Beekeeper", "Winemaker", "Brewer"),
    *("Banker", "Auditor", "Bookkeeper", "Actuary", "Trader", "Investor", "Realtor", "Surveyor", "Geologist"),
    *("Programmer", "Developer", "Technician", "Statistician", "Mathematician", "Astronomer", "Zoologist", "Botanist"),
    *("Interpreter", "Secretary", "Receptionist", "Cashier", "Clerk", "Manager", "President", "Chairman", "Owner"),
    *("Coach", "Trainer", "Tutor", "Lecturer", "Professor", "Scientist", "Researcher", "Inspector", "Detective"),
    *("Guide", "Actor", "Dancer", "Singer", "Composer", "Pianist", "Animator", "Illustrator", "Stylist", "Model"),
    *("Counsellor", "Mediator", "Judge", "Solicitor", "Barrister", "Diplomat", "Officer", "Mayor", "Pastor", "CEO"),
)
RANKS = (
    *("Senior", "Junior", "Chief", "Assistant", "Deputy", "Lead", "Principal", "Trainee", "Regional", "General"),
    *("Associate", "Freelance", "Certified", "Independent", "Managing", "Executive", "Vice", "Technical", "Creative"),
)
AREAS = (
    *("Sales", "Marketing", "Finance", "Design", "Software", "Product", "Office", "Interior", "Data", "Web", "Tax"),
    *("Project", "Research", "Human Resources", "Quality", "Logistics", "Purchasing", "Production", "Security", "IT"),
    *("Legal", "Event", "Travel", "Insurance", "Estate", "Energy", "Event", "Media", "Brand", "Content", "Export"),
    *("Customer", "Service", "Technology", "Operations", "Communication", "Piano", "Guitar", "English", "Sports"),
)
POSTS = (
    *("Manager", "Director", "Engineer", "Analyst", "Consultant", "Adviser", "Designer", "Developer", "Assistant"),
    *("Officer", "Specialist", "Coordinator", "Teacher", "Planner", "Agent", "Lead", "Buyer", "Trainer", "Expert"),
    *("Representative", "Administrator", "Supervisor", "Strategist", "Technician", "Partner", "Executive"),
)


def role(source: Source) -> str:
    """Invent the role on a card."""
    if source.split == "test":
        return source.rng.choice(HELD_OUT_ROLES)
    while (made := _made(source)) in HELD_OUT_ROLES:
        pass
    return made


def _made(source: Source) -> str:
    rng = source.rng
    area = rng.choice(AREAS) if rng.random() < 0.8 else values.short_word(rng, source.words, 9).capitalize()
    shapes = (
        rng.choice(JOBS),
        f"{rng.choice(RANKS)} {rng.choice(JOBS)}",
        f"{area} {rng.choice(POSTS)}",
        f"{rng.choice(RANKS)} {area} {rng.choice(POSTS)}",
        f"{rng.choice(('Head', 'Head', 'Director', 'VP', 'Professor', 'Doctor'))} of {area}",
        f"{rng.choice(JOBS)} {rng.choice(('and', '&'))} {rng.choice(JOBS)}",
    )
    return rng.choices(shapes, (34, 14, 28, 6, 14, 4))[0]
