"""Made-up people as shops know them: with gaps, several ways of writing, and chance meetings."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from commerce.identity import email_key
from referrals.attempts import Address, Person


def _words(text: str) -> list[str]:
    return text.split()


_GIVEN: Final = _words(
    "Anna Maria Zofia Julia Hanna Maja Lena Alicja Ewa Agnieszka Katarzyna Małgorzata Magda Ola Zuzanna "
    "Iga Nina Jan Piotr Paweł Tomasz Michał Łukasz Jakub Szymon Filip Marek Adam Kacper Wojciech Bartosz "
    "Rafał Oskar Emma Mia Sophie Clara José Lucía Zoë Björn Jürgen André Noah Leon Paul Felix Ben Luca "
    "Elias Jonas Théo"
)
_SURNAMES: Final = _words(
    "Nowak Kowalski Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
    "Kozłowski Mazur Jankowski Kwiatkowski Krawczyk Piotrowski Grabowski Pawłowski Michalski Król "
    "Wieczorek Jabłoński Wróbel Majewski Olszewski Stępień Malinowski Jaworski Müller Schmidt Schneider "
    "Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Richter García López Martin Bernard Dubois "
    "Moreau Laurent Simon Rossi Ferrari Bianchi Smith Jones Taylor Brown Wilson Evans Walker Wright "
    "Robinson Green Hughes Edwards Turner Parker Collins"
)
_STREETS: Final = _words(
    "Długa Krótka Polna Leśna Ogrodowa Lipowa Kwiatowa Słoneczna Szkolna Łąkowa Mickiewicza Żeromskiego "
    "Źródlana Kolejowa Brzozowa Sportowa Zielona Kościuszki Sienkiewicza Wiśniowa Klonowa Jasna Cicha "
    "Nowa Stawowa"
)
_CITIES: Final = (("Warszawa", "00"), ("Kraków", "30"), ("Łódź", "90"), ("Gdańsk", "80"), ("Wrocław", "50"))
_MAIL: Final = ("gmail.com",) * 5 + ("outlook.com", "wp.pl", "onet.pl", "o2.pl", "icloud.com", "yahoo.com")


def plain(text: str) -> str:
    """Lower case ASCII: plain("Łódź") -> "lodz"."""
    text = unicodedata.normalize("NFKD", text.lower().replace("ł", "l"))
    return "".join(character for character in text if character.isascii() and character.isalnum())


class Town:
    """Draws people. Equal seeds draw equal people.

    Besides what groups share on purpose, anybody may meet anybody: two devices stand in shops, some
    addresses are parcel lockers, and one device in 300 has the fingerprint of another one.
    """

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self._drawn = 0
        self._mailboxes: set[str] = set()
        self._lockers = [self.address() for _ in range(6)]

    def chance(self, share: float) -> bool:
        return self.draw.random() < share

    def person(self, *, created_at: datetime, surname: str = "", address: Address | None = None) -> Person:
        """Somebody of his own, known as well as shops know people. `address`: he lives there, too."""
        self._drawn += 1
        number = self._drawn
        given, surname = self.draw.choice(_GIVEN), surname or self.draw.choice(_SURNAMES)
        home = address or self.address()
        if address is None and self.chance(0.03):
            home = self.draw.choice(self._lockers)
        return Person(
            id=f"cust_{number}",
            source_id=f"shop-{number}",
            created_at=created_at,
            name=f"{given} {surname}",
            email=self.mailbox(given, surname),
            phone=self.phone() if self.chance(0.7) else "",
            address=self.written(home) if self.chance(0.75) else Address(),
            devices=frozenset({self.device()}) if self.chance(0.8) else frozenset(),
            payments=frozenset({self.card()}) if self.chance(0.75) else frozenset(),
        )

    def mailbox(self, given: str, surname: str) -> str:
        """One that nobody else has."""
        while True:
            address = self._mailbox(given, surname)
            if email_key(address) not in self._mailboxes:
                self._mailboxes.add(email_key(address))
                return address

    def _mailbox(self, given: str, surname: str) -> str:
        given, surname = plain(given), plain(surname)
        forms = (
            f"{given}.{surname}",
            f"{given}{surname}{self.draw.randrange(100)}",
            f"{given[0]}{surname}{self.draw.randrange(1000)}",
            f"{given}_{surname}{self.draw.randrange(50, 100)}",
            f"{surname}.{given}{self.draw.randrange(10)}",
        )
        tag = "+shop" if self.chance(0.02) else ""
        return f"{self.draw.choice(forms)}{tag}@{self.draw.choice(_MAIL)}"

    def phone(self) -> str:
        return f"+48{self.draw.randrange(500_000_000, 899_999_999)}"

    def device(self) -> str:
        if self.chance(0.006):
            return f"till-{self.draw.randrange(2)}"
        return (
            f"dev-{self.draw.randrange(300)}" if self.chance(0.003) else f"dev-{self.draw.getrandbits(48):x}"
        )

    def card(self) -> str:
        return f"card-{self.draw.getrandbits(48):x}"

    def address(self) -> Address:
        city, prefix = self.draw.choice(_CITIES)
        house, flat = self.draw.randrange(1, 150), self.draw.randrange(1, 60)
        return Address(
            line_1=f"ul. {self.draw.choice(_STREETS)} {house}/{flat}",
            postal_code=f"{prefix}-{self.draw.randrange(100, 999)}",
            city=city,
            country="PL",
        )

    def written(self, address: Address) -> Address:
        """The same address, as another form or another mood writes it."""
        line, city, code = address.line_1, address.city, address.postal_code
        if self.chance(0.3):
            line = line.replace("ul. ", self.draw.choice(("", "ul.", "Ulica ", "UL ")))
        if self.chance(0.2):
            line = line.replace("/", self.draw.choice((" m. ", " / ", " m ", " lok. ")))
        if self.chance(0.15):
            line, city = line.upper(), city.upper()
        if self.chance(0.15):
            city = unicodedata.normalize("NFKD", city.replace("ł", "l").replace("Ł", "L"))
            city = "".join(character for character in city if character.isascii())
        if self.chance(0.1):
            code = code.replace("-", self.draw.choice(("", " ")))
        country = self.draw.choice(("PL", "PL", "PL", "Poland", ""))
        return replace(address, line_1=line, city=city, postal_code=code, country=country)

    def phone_written(self, phone: str) -> str:
        digits = phone.removeprefix("+48")
        spaced = f"{digits[:3]} {digits[3:6]} {digits[6:]}"
        return self.draw.choice((phone, f"+48 {spaced}", f"0048{digits}", spaced, f"(+48) {spaced}"))

    def name_written(self, name: str) -> str:
        """The same name, varied as people do who do not want to be found at once."""
        given, _, surname = name.partition(" ")
        return self.draw.choice(
            (
                f"{surname} {given}",
                f"{given[0]}. {surname}",
                f"{given} {self.draw.choice(_GIVEN)} {surname}",
                name.upper(),
                f"{plain(given).title()} {plain(surname).title()}",
            )
        )

    def alias(self, email: str) -> str:
        """Another way to write the same mailbox."""
        mailbox, _, domain = email.partition("@")
        mailbox = mailbox.partition("+")[0]
        if domain == "gmail.com" and self.chance(0.4):
            at = self.draw.randrange(1, len(mailbox))
            dotted = f"{mailbox[:at]}.{mailbox[at:]}".replace("..", ".")
            return f"{dotted}@{self.draw.choice(('gmail.com', 'googlemail.com', 'Gmail.com'))}"
        tag = self.draw.choice(("2", "promo", "new", f"{self.draw.randrange(99)}", "a"))
        return f"{mailbox}+{tag}@{domain}"

    def second_mailbox(self, email: str) -> str:
        """Another mailbox of the same person, under a name that is like the first."""
        mailbox, _, domain = email.partition("@")
        mailbox = mailbox.partition("+")[0]
        other = self.draw.choice([name for name in _MAIL if name != domain])
        return self.draw.choice(
            (
                f"{mailbox}@{other}",
                f"{mailbox.rstrip('0123456789')}{self.draw.randrange(1, 100)}@{domain}",
                f"{mailbox.replace('.', '').replace('_', '')}@{other}",
            )
        )

    def joined(self, at: datetime) -> datetime:
        """When somebody who buys at `at` opened his account: many do so in the till itself."""
        lot = self.draw.random()
        if lot < 0.15:
            return at - timedelta(seconds=self.draw.randrange(2, 60))
        if lot < 0.7:
            return at - timedelta(seconds=self.draw.randrange(60, 1800))
        if lot < 0.93:
            return at - timedelta(minutes=self.draw.randrange(30, 60 * 24 * 7))
        return at - timedelta(days=self.draw.randrange(7, 400))

    def one_of(self, shares: Sequence[tuple[str, float]]) -> str:
        """One word by its share."""
        words, weights = zip(*shares, strict=True)
        chosen: str = self.draw.choices(words, weights)[0]
        return chosen
