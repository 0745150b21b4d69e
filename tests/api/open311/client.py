"""A client of Open311 GeoReport v2, written from its specification alone: it knows one address and reads XML."""

import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from dataclasses import dataclass

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


class Refused(Exception):
    """The server refused: status and the errors it told."""

    def __init__(self, status: int, errors: list[dict[str, str | None]]) -> None:
        super().__init__(status, errors)
        self.status = status
        self.errors = errors


@dataclass(frozen=True)
class Open311:
    """An endpoint that discovery led to."""

    url: str
    api_key: str

    @classmethod
    def discovered(cls, address: str, api_key: str) -> "Open311":
        found = ask(address)
        [url] = [
            each.findtext("url")
            for each in found.iter("endpoint")
            if each.findtext("specification") == SPECIFICATION
            and "text/xml" in [format.text for format in each.iter("format")]
        ]
        return cls(url, api_key)

    def services(self) -> list[dict]:
        return [fields(each) for each in ask(f"{self.url}/services.xml").findall("service")]

    def attributes(self, service_code: str) -> list[dict]:
        definition = ask(f"{self.url}/services/{service_code}.xml")
        return [
            fields(each) | {"values": [fields(value) for value in each.find("values")]}
            for each in definition.find("attributes")
        ]

    def send(self, **form: str) -> str:
        body = urllib.parse.urlencode({"api_key": self.api_key} | form).encode()
        return ask(f"{self.url}/requests.xml", body).findtext("request/service_request_id")

    def request(self, id: str) -> dict:
        [found] = ask(f"{self.url}/requests/{id}.xml?api_key={self.api_key}")
        return fields(found)

    def requests(self, **query: str) -> list[dict]:
        asked = urllib.parse.urlencode({"api_key": self.api_key} | query)
        return [fields(each) for each in ask(f"{self.url}/requests.xml?{asked}").findall("request")]


def fields(element: ET.Element) -> dict[str, str | None]:
    return {each.tag: each.text for each in element}


def ask(url: str, body: bytes | None = None) -> ET.Element:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, body, timeout=30) as answer:
            assert answer.headers["content-type"] == "text/xml; charset=utf-8"
            return ET.fromstring(answer.read())
    except urllib.error.HTTPError as error:
        errors = [fields(each) for each in ET.fromstring(error.read()).findall("error")]
        raise Refused(error.code, errors) from None
