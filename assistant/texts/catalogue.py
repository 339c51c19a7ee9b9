"""Read a .po file into gettext translations, so that nothing has to be compiled before the start."""

import io
from gettext import GNUTranslations

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def read_catalogue(text: bytes) -> GNUTranslations:
    """Compile a .po file, with its plural forms, in memory. What it lacks, or marks as fuzzy, is said in English.

    Raises:
        PoFileError: a line that does not belong into such a file.
    """
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(text), abort_invalid=True))
    compiled.seek(0)
    return GNUTranslations(compiled)
