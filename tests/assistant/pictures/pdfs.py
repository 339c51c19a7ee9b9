"""PDFs written for tests: forms that only Adobe shows, files that carry others, letters without a font."""

from collections.abc import Sequence

WAIT = "Please wait... If this message is not eventually replaced, your PDF viewer may not be able to display this."
OPEN = "For the best experience, open this PDF portfolio in Acrobat X or Adobe Reader X, or later."
TOTAL = "TOTAL 71.15"


def written(*objects: bytes) -> bytes:
    """Return a PDF of these objects, of which the first is the catalogue."""
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % pair for pair in enumerate(objects, start=1))
    return b"%PDF-1.5\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF\n"


def stream(data: bytes, values: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (values, len(data), data)


def sheet(text: str, *, catalogue: bytes = b"", page: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """Return a PDF of one page with a line of text; `more` objects follow, from number 6 on."""
    return written(
        b"<</Type/Catalog/Pages 2 0 R%b>>" % catalogue,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 60]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>%b>>" % page,
        stream(b"BT /F 10 Tf 10 20 Td (%b) Tj ET" % text.encode() if text else b""),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *more,
    )


def form(text: str, *, full: bool = True, field: bool = False) -> bytes:
    """Return an XFA form whose page says this; `full`: Adobe is to draw it; `field`: it has one to fill in."""
    needs = b"/NeedsRendering true" if full else b""
    fields = b"7 0 R" if field else b""
    return sheet(
        text,
        catalogue=b"/AcroForm<</Fields[%b]/XFA 6 0 R>>%b" % (fields, needs),
        page=b"/Annots[7 0 R]" if field else b"",
        more=[
            stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><template/></xdp:xdp>"),
            b"<</Type/Annot/Subtype/Widget/FT/Tx/T(total)/V(71.15)/Rect[10 2 90 16]/P 3 0 R>>",
        ],
    )


def carrying(text: str, *files: bytes, collection: bytes | None = b"/View/T") -> bytes:
    """Return a PDF with files inside: a portfolio if it has a `collection`, else one with attachments."""
    numbers = range(7, 7 + 2 * len(files), 2)
    names = b"".join(b"(f%d)%d 0 R" % (number, number) for number in numbers)
    objects = [b"<</Names[%b]>>" % names]
    for number, data in zip(numbers, files, strict=True):
        objects.append(b"<</Type/Filespec/F(f%d)/UF(f%d)/EF<</F %d 0 R>>>>" % (number, number, number + 1))
        objects.append(stream(data, b"/Type/EmbeddedFile"))
    shown = b"" if collection is None else b"/Collection<</Type/Collection%b>>" % collection
    return sheet(text, catalogue=b"/Names<</EmbeddedFiles 6 0 R>>%b" % shown, more=objects)


def foreign(text: str, *, hidden: bool = False, apart: bool = False) -> bytes:
    """Return a PDF of one page with text in a Chinese font that is not in it.

    `hidden`: as the layer under a scan is. `apart`: each letter is placed by itself.
    """
    mode = b"3 Tr " if hidden else b""
    pieces = list(text) if apart else [text]
    shown = b" 20 0 Td ".join(b"<%b> Tj" % piece.encode("utf-16-be").hex().encode() for piece in pieces)
    return written(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 60]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
        stream(b"BT %b/F 20 Tf 10 20 Td %b ET" % (mode, shown)),
        b"<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
        b"<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/FontDescriptor 7 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>>>",
        b"<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0/Ascent 880"
        b"/Descent -120/CapHeight 880/StemV 93>>",
    )
