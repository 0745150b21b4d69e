"""A question and its answer, as OpenAPI shows them; a test asks the one and gets the other."""

from typing import Any

POINT = {"lon": 105.868664, "lat": 20.998485}
IN_BATCH = {"unit_code": "00283", "unit_name": "Phường Vĩnh Tuy", "how": "inside", "certain": True}
ALONE: dict[str, Any] = {
    "lon": 105.868664,
    "lat": 20.998485,
    "at": "2026-01-05",
    "how": "inside",
    "border_m": 459.2,
    "certain": True,
    "unit": {
        "code": "00283",
        "name": "Phường Vĩnh Tuy",
        "name_en": "Vinh Tuy Ward",
        "level": "ward",
        "territory": "hanoi",
    },
    "generation": {"id": 5, "valid_from": "2025-07-01", "valid_to": None, "schematic": True},
    "ancestors": [{"code": "01", "name": "Thành phố Hà Nội", "name_en": "Hanoi City", "level": "city"}],
    "candidates": [{"code": "00283", "name": "Phường Vĩnh Tuy", "share": 1.0, "distance_m": 0.0}],
    "responsible": {
        "rule": "waste-ward",
        "lead": "UBND phường Vĩnh Tuy",
        "lead_en": "People's Committee of Vinh Tuy Ward",
        "cooperating": ["Công ty TNHH MTV Môi trường đô thị Hà Nội (URENCO)"],
        "cooperating_en": ["Hanoi Urban Environment Company (URENCO)"],
        "urgency": "normal",
        "intake_due": "2026-01-05T17:00:00+07:00",
        "due": "2026-01-12T17:00:00+07:00",
        "why": "quy tắc 1 'waste-ward' là quy tắc đầu tiên khớp trong 3 quy tắc: loại Rác thải, cấp phường, xã"
        " (giả định)",
        "why_en": "rule 1 'waste-ward' is the first of 3 that matches: category Waste, level ward (assumed)",
        "assumed": True,
    },
}
