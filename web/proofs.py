"""The page on which a receipt proves itself: the number of the log, who signed it, the file, the code, and a check on the spot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from core.sheets import attachment
from points.log.checkpoints import log_keys, witness_keys
from points.log.opened import LeafProof, leaf_proof

DOWNLOAD: Final = "file"  # `?file=1` asks for the receipt as a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """The page that the proof belongs to."""

    address: str
    words: str


def answer_proof(request: HttpRequest, template: str, *, number: int | None, back: Back, more: Mapping[str, Any]) -> HttpResponse:
    """The page of a number's proof, or the proof as a file; while there is none yet, the page says so."""
    proof = None if number is None else leaf_proof(number=number)
    if proof is not None and DOWNLOAD in request.GET:
        return _file(proof)
    told = {**more, "back": back, "number": number, "proof": proof, "check": proof and _for_the_check(proof)}
    return render(request, template, told)


def _file(proof: LeafProof) -> HttpResponse:
    headers = {"Content-Disposition": attachment(f"receipt-{proof.number}.json"), "Cache-Control": "no-store"}
    return HttpResponse(proof.as_json(), content_type="application/json", headers=headers)


def _for_the_check(proof: LeafProof) -> Mapping[str, Any]:
    """What the browser needs to check the receipt by itself."""
    return {
        "receipt": proof.as_json(),
        "code": proof.as_text(),
        "keys": [str(key) for key in log_keys()],
        "witnesses": [str(key) for key in witness_keys()],
        "checkpoint": reverse("openapi:checkpoint"),
        "consistency": reverse("openapi:consistency-proof"),
    }
