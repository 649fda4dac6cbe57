"""Journal profiles: which account, cost centre and cost unit each payroll amount goes to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from .model import Coded

FOUR_DIGIT_ACCOUNTS = {
    "wages": ("4000", "Bruto lonen"),
    "overtime": ("4005", "Overwerk en toeslagen"),
    "bonus": ("4010", "Bonus / bijzondere beloning"),
    "sick_pay": ("4020", "Ontvangen ziekengeld UWV"),
    "holiday": ("4050", "Vakantiegeld (reservering)"),
    "social": ("4100", "Werkgeverslasten SVW (AWf, Aof, Whk)"),
    "health": ("4110", "Werkgeversheffing Zvw"),
    "fund": ("4120", "Bijdrage bedrijfstakfonds werkgever"),
    "pension": ("4200", "Pensioenpremie werkgever"),
    "travel": ("4300", "Reiskosten onbelast"),
    "home_office": ("4310", "Thuiswerkvergoeding"),
    "final_levy": ("4390", "Eindheffing WKR"),
    "car": ("4510", "Eigen bijdrage auto van de zaak"),
    "net_payable": ("1700", "Te betalen netto lonen"),
    "wage_tax_payable": ("1710", "Af te dragen loonheffing (ingehouden)"),
    "social_payable": ("1711", "Af te dragen premies werknemersverzekeringen"),
    "health_payable": ("1712", "Af te dragen werkgeversheffing Zvw"),
    "final_levy_payable": ("1713", "Af te dragen eindheffing WKR"),
    "pension_payable": ("1720", "Af te dragen pensioenpremie"),
    "fund_payable": ("1730", "Af te dragen bedrijfstakfonds"),
    "holiday_reserve": ("1740", "Reservering vakantiegeld"),
    "garnishment": ("1750", "Loonbeslag / inhouding derden"),
    "loan": ("1760", "Aflossing personeelslening"),
    "staff_club": ("1770", "Personeelsvereniging"),
}

SEVEN_DIGIT_ACCOUNTS = {
    "wages": ("4002010", "Lonen en salarissen"),
    "overtime": ("4002020", "Overuren en toeslagen"),
    "bonus": ("4002030", "Gratificaties"),
    "sick_pay": ("4002090", "Ziekengeld UWV"),
    "holiday": ("4002050", "Vakantietoeslag"),
    "social": ("4003010", "Sociale lasten werkgever"),
    "health": ("4003020", "Zvw werkgever"),
    "fund": ("4003030", "Sociaal fonds techniek"),
    "pension": ("4004010", "Pensioenlasten PMT"),
    "travel": ("4005010", "Reiskostenvergoeding"),
    "home_office": ("4005020", "Thuiswerkvergoeding"),
    "final_levy": ("4005090", "Eindheffing werkkostenregeling"),
    "car": ("4006010", "Eigen bijdrage bestelauto's"),
    "net_payable": ("1502000", "Nettoloon"),
    "wage_tax_payable": ("1501000", "Loonheffingen"),
    "social_payable": ("1501000", "Loonheffingen"),
    "health_payable": ("1501000", "Loonheffingen"),
    "final_levy_payable": ("1501000", "Loonheffingen"),
    "pension_payable": ("1503000", "Pensioenpremies PMT"),
    "fund_payable": ("1503500", "Sociaal fonds techniek af te dragen"),
    "holiday_reserve": ("1504000", "Reservering vakantietoeslag"),
    "garnishment": ("1505000", "Loonbeslagen"),
    "loan": ("1305000", "Leningen personeel"),
    "staff_club": ("1506000", "Personeelsvereniging"),
}

# A personnel loan on a balance account below 1000, and a code typed with a space behind it: Loket
# keeps both, because it doesn't trim.
OLD_ACCOUNTS = FOUR_DIGIT_ACCOUNTS | {
    "loan": ("0160", "Leningen u/g personeel"),
    "travel": ("4300 ", "Reiskosten cafépersoneel"),
    "overtime": ("4005", "Toeslagen één- en tweedaagse feestdagen"),
}


@dataclass(frozen=True, slots=True)
class Department:
    """Where wages are earned; ``monthly_wages`` in euros, gross."""

    cost_center: Coded
    monthly_wages: Decimal
    cost_unit: Coded | None = None
    is_office: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class JournalProfile:
    """Account by purpose, plus the departments that earn the wages. Equal to itself only."""

    accounts: dict[str, Coded]
    departments: tuple[Department, ...]
    shows_components: bool = False


def journal_profile(
    table: dict[str, tuple[str, str]],
    *departments: Department,
    shows_components: bool = False,
) -> JournalProfile:
    """A profile from a table of codes; equal codes share one key, as one account in Loket."""
    codes = sorted({code for code, _ in table.values()})
    accounts = {
        purpose: Coded(101 + codes.index(code), code, description)
        for purpose, (code, description) in table.items()
    }
    return JournalProfile(accounts, departments, shows_components)


KANTOOR = Coded(11, "K100", "Kantoor")
BAKKERIJ = Coded(12, "K200", "Bakkerij")
BROOD = Coded(21, "P01", "Brood")
BANKET = Coded(22, "P02", "Banket")

BAKERY = journal_profile(
    FOUR_DIGIT_ACCOUNTS,
    Department(KANTOOR, Decimal("18450.00"), is_office=True),
    Department(BAKKERIJ, Decimal("15310.50"), BROOD),
    Department(BAKKERIJ, Decimal("7000.00"), BANKET),
)

INSTALLER_OFFICE = journal_profile(
    SEVEN_DIGIT_ACCOUNTS,
    Department(Coded(31, "SAL073", "Sales Den Bosch"), Decimal("12600.00"), is_office=True),
    Department(Coded(32, "ADM073", "Administratie Den Bosch"), Decimal("9875.00"), is_office=True),
    Department(Coded(33, "MAG073", "Magazijn Den Bosch"), Decimal("6240.75")),
)

INSTALLER_FITTERS = journal_profile(
    SEVEN_DIGIT_ACCOUNTS,
    Department(
        Coded(34, "MON073", "Montage Den Bosch"),
        Decimal("31250.00"),
        Coded(41, "01", "Nieuwbouw"),
    ),
    Department(
        Coded(34, "MON073", "Montage Den Bosch"),
        Decimal("14880.00"),
        Coded(42, "02", "Onderhoud"),
    ),
    Department(Coded(35, "MON040", "Montage Eindhoven"), Decimal("12410.25")),
)

CARE = journal_profile(
    FOUR_DIGIT_ACCOUNTS,
    Department(Coded(51, "ZOR01", "Verpleging"), Decimal("68200.00")),
    Department(Coded(52, "ZOR02", "Huishouding"), Decimal("24100.00")),
    Department(Coded(53, "STAF", "Staf en directie"), Decimal("29750.00"), is_office=True),
    shows_components=True,
)

# One line for each team and component: a journal of more than one page of 250 lines.
CARE_BY_TEAM = journal_profile(
    FOUR_DIGIT_ACCOUNTS,
    *(
        Department(Coded(500 + team, f"TEAM{team:02d}", f"Wijkteam {team}"), Decimal(4000))
        for team in range(1, 37)
    ),
    shows_components=True,
)

CATERING = journal_profile(
    OLD_ACCOUNTS,
    Department(Coded(61, "CAFE", "Eetcafé De Groot"), Decimal("11320.00")),
    Department(Coded(62, "KEUKEN", "Keuken"), Decimal("9180.40")),
    Department(Coded(63, "KNT", "Kantoor"), Decimal("4100.00"), is_office=True),
)
