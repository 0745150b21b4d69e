"""What every answer of a kind must be, whichever route gives it."""

import httpx


def problem(answer: httpx.Response, status: int, **members: str) -> str:
    """Check that an answer is a problem of that kind and return what it says."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert {name: body.get(name) for name in members} == members
    assert "Traceback" not in answer.text
    assert "\n" not in body["detail"]
    return body["detail"]
