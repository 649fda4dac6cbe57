"""Who is in the sandbox's world: employers with their payroll administrations, and Loket users."""

from __future__ import annotations

from datetime import date

from .model import (
    PRODUCT_JOURNAL_BASIC,
    RIGHT_EXPORT,
    RIGHT_READ,
    Address,
    Employer,
    LoketUser,
    PayrollAdministration,
    PeriodType,
    Person,
    stable_id,
)

PASSWORD = "zandbak"  # noqa: S105 - the invented users' password, shown on the sandbox's own page

PAYROLL_OFFICER = Person(stable_id("person", "jong"), "I", "Jong", "de", "Ilse")
PAYROLL_COLLEAGUE = Person(stable_id("person", "ozturk"), "M", "Öztürk", None, "Meryem")

KORENBLOEM = "Bakkerij De Korenbloem B.V."
VAN_DEN_BERG = "Installatiebedrijf Van den Berg B.V."
ZORGGROEP = "Zorggroep Het Anker"
DE_GROOT = "De Groot Horeca B.V."
VAN_DIJK = "Drukkerij Van Dijk B.V."
OUD = "Schildersbedrijf Oud & Zn. B.V."


def employers() -> list[Employer]:
    """The employers, each with its payroll administrations."""
    return [
        _employer(
            20720,
            KORENBLOEM,
            "34112233",
            Address("Korenmarkt", 14, "2311 EH", "Leiden"),
            ("Korenbloem maandloon", PeriodType.MONTH, "812345678L01"),
        ),
        _employer(
            20731,
            VAN_DEN_BERG,
            "52223344",
            Address("Ketelmakersweg", 8, "5222 AR", "'s-Hertogenbosch"),
            ("Van den Berg kantoor (maand)", PeriodType.MONTH, "823456789L01"),
            ("Van den Berg montage (4 weken)", PeriodType.FOUR_WEEKS, "823456789L02"),
        ),
        _employer(
            20744,
            ZORGGROEP,
            "61334455",
            Address("Havenkade", 101, "4331 AB", "Middelburg"),
            ("Het Anker weekloon", PeriodType.WEEK, "834567890L01"),
        ),
        _employer(
            20755,
            DE_GROOT,
            "17445566",
            Address("Grote Markt", 3, "9712 HN", "Groningen"),
            ("De Groot Horeca", PeriodType.MONTH, "845678901L01"),
        ),
        _employer(
            20766,
            VAN_DIJK,
            "08556677",
            Address("Zetterij", 22, "7411 JS", "Deventer"),
            ("Van Dijk maandloon", PeriodType.MONTH, "856789012L01"),
        ),
        _employer(
            20777,
            OUD,
            "09667788",
            Address("Kwaststraat", 5, "6811 KP", "Arnhem"),
            ("Oud maandloon", PeriodType.MONTH, "867890123L01"),
            product=PRODUCT_JOURNAL_BASIC,
        ),
    ]


def users() -> list[LoketUser]:
    """The Loket users; all have the password ``zandbak``."""
    both = (RIGHT_READ, RIGHT_EXPORT)
    return [
        _user("api.korenbloem", "K", "Bloem", {KORENBLOEM: both}),
        _user("api.vandenberg", "B", "Berg", {VAN_DEN_BERG: both}, prefix="van den"),
        _user("api.zorggroep", "Z", "Anker", {ZORGGROEP: (RIGHT_READ,)}, prefix="het"),
        _user("api.degroot", "G", "Groot", {DE_GROOT: both}, prefix="de"),
        _user(
            "api.kantoor", "A", "Kantoor", {KORENBLOEM: both, VAN_DEN_BERG: both, ZORGGROEP: both}
        ),
        _user("api.beperkt", "D", "Dijk", {VAN_DIJK: ()}, prefix="van"),
        _user("api.oud", "O", "Oud", {OUD: both}),
        _user("api.leeg", "L", "Leeg", {}),
    ]


def _employer(
    number: int,
    name: str,
    chamber_of_commerce_number: str,
    address: Address,
    *administrations: tuple[str, PeriodType, str],
    product: int | None = 940,
) -> Employer:
    employer_id = stable_id("employer", name)
    return Employer(
        employer_id,
        number,
        name,
        chamber_of_commerce_number,
        address,
        product,
        tuple(
            PayrollAdministration(
                id=stable_id("administration", name, administration),
                employer_id=employer_id,
                name=administration,
                client_number=number * 10 + index,
                payroll_taxes_number=taxes_number,
                period_type=period_type,
                start_date=date(2018, 1, 1),
            )
            for index, (administration, period_type, taxes_number) in enumerate(
                administrations, start=1
            )
        ),
    )


def _user(
    username: str,
    initials: str,
    last_name: str,
    rights: dict[str, tuple[str, ...]],
    prefix: str | None = None,
) -> LoketUser:
    return LoketUser(
        username,
        PASSWORD,
        Person(stable_id("person", username), initials, last_name, prefix),
        {stable_id("employer", name): set(names) for name, names in rights.items()},
    )
