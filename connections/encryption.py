"""Encrypt tokens so that a ciphertext is worth nothing in another row or field.

AES-256-GCM; the row and field are associated data, so a ciphertext that was moved, by a bug or by
hand, does not decrypt. Layout: version (1 byte), length of the key id (1), key id, nonce (12),
ciphertext with tag.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = 1
NONCE_BYTES = 12


class CannotDecrypt(Exception):
    """The key is missing, or the ciphertext is not the one of this row and field."""


def associated_data(context: str, key_id: str) -> bytes:
    """What a ciphertext is bound to: purpose, place and key."""
    return f"finmaster|{VERSION}|{context}|{key_id}".encode()


def encrypt(text: str, *, context: str) -> bytes:
    """Ciphertext of `text` under the newest key, bound to `context`."""
    key_id, key = next(iter(settings.TOKEN_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), associated_data(context, key_id))
    return bytes((VERSION, len(key_id))) + key_id.encode() + nonce + sealed


def key_id_of(ciphertext: bytes) -> str:
    """Id of the key that encrypted it; CannotDecrypt when it is no ciphertext of ours."""
    if len(ciphertext) < 2 + NONCE_BYTES or ciphertext[0] != VERSION:
        raise CannotDecrypt("not a ciphertext of this version")
    return ciphertext[2 : 2 + ciphertext[1]].decode(errors="replace")


def decrypt(ciphertext: bytes, *, context: str) -> str:
    """The text, or CannotDecrypt when key or context is not the one it was encrypted with."""
    key_id = key_id_of(ciphertext)
    if (key := settings.TOKEN_KEYS.get(key_id)) is None:
        raise CannotDecrypt(f"key {key_id!r} is not in the ring")
    start = 2 + ciphertext[1]
    nonce, sealed = ciphertext[start : start + NONCE_BYTES], ciphertext[start + NONCE_BYTES :]
    if len(nonce) < NONCE_BYTES:
        raise CannotDecrypt("the ciphertext was cut off")
    try:
        return AESGCM(key).decrypt(nonce, sealed, associated_data(context, key_id)).decode()
    except InvalidTag as error:
        raise CannotDecrypt("the ciphertext does not belong here") from error
