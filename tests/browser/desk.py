"""What a bookkeeper does at the screen, for the stories."""

from pathlib import Path

from playwright.sync_api import Page, expect

from loket_import.demo.loket_user import PASSWORD as LOKET_PASSWORD
from loket_import.demo.office import PASSWORD
from tests.stack import Stack

PICTURES = Path(__file__).resolve().parent.parent.parent / "var" / "pictures"
WIDTHS = {"desktop": 1280, "phone": 375}
# Fetches go through Redis, a worker and the sandbox.
PATIENCE_MS = 30_000


class Desk:
    """A browser in which somebody works on one administration."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        self.stack = stack
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self.listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def listen(self, message: object) -> None:
        """Keep what the browser complains of."""
        if getattr(message, "type", "") in ("error", "warning"):
            self.complaints.append(str(getattr(message, "text", message)))

    def log_in(self, email: str = "beheerder@demo.nl") -> None:
        """As one of the example office."""
        self.page.goto(f"{self.stack.url}/inloggen/")
        self.page.get_by_label("E-mailadres").fill(email)
        self.page.get_by_label("Wachtwoord").fill(PASSWORD)
        self.page.get_by_role("button", name="Inloggen").click()

    def open(self, name: str) -> None:
        """One of the office's administrations."""
        self.page.get_by_role("link", name=name).first.click()

    def menu(self, name: str) -> None:
        """Part of the main menu."""
        self.page.get_by_role("navigation", name="Hoofdmenu").get_by_role("link", name=name).click()

    def link(self, name: str) -> None:
        """Follow a link of the page."""
        self.page.get_by_role("main").get_by_role("link", name=name).first.click()

    def press(self, name: str) -> None:
        """Press a button of the page."""
        self.page.get_by_role("main").get_by_role("button", name=name).first.click()

    def see(self, text: str) -> None:
        """Wait until the page says so."""
        expect(self.page.get_by_role("main")).to_contain_text(text, timeout=PATIENCE_MS)

    def allow_at_loket(self, username: str) -> None:
        """Loket's own pages: log in and give permission."""
        self.page.get_by_label("Gebruikersnaam").fill(username)
        self.page.get_by_label("Wachtwoord").fill(LOKET_PASSWORD)
        self.page.get_by_role("button", name="Inloggen").click()
        self.page.get_by_role("button", name="Toestaan").click()

    def picture(self, name: str) -> None:
        """Keep how the page looks: all of it on a desktop and on a phone, and its first screen."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        for device, width in WIDTHS.items():
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.screenshot(path=PICTURES / f"{name}-{device}.png", full_page=True)
        self.page.set_viewport_size({"width": WIDTHS["desktop"], "height": 800})
        self.page.screenshot(path=PICTURES / f"{name}.png")
