#!/usr/bin/env python3
"""The fuzzer's first corpus: small valid files of each kind, and whole files given as arguments
(fixtures of other writers), with the parts of archives and the stream of .xls laid open as
src/lib.rs packs them. Needs openpyxl. Run in fuzz/: python3 seeds.py ../tests/fixtures/*/*"""

import datetime
import io
import pathlib
import re
import struct
import sys
import zipfile

import openpyxl

SOURCE = pathlib.Path("src/lib.rs").read_text()
PARTS = re.search(r"PARTS: \[&str; \d+\] = \[(.*?)\];", SOURCE, re.S).group(1)
PARTS = re.findall(r'"([^"]+)"', PARTS)
MARK = b"\n=#="
FOLDER = pathlib.Path("corpus/reader")


def opened(archive):
    """The parts of an archive, one after the other."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        names = set(found.namelist())
        parts = [(at, found.read(name)) for at, name in enumerate(PARTS) if name in names]
    return b"A" + b"".join(MARK + bytes([ord("a") + at]) + content for at, content in parts)


def stream(compound):
    """The stream `Workbook` (or `Book`) of a compound file, and which."""
    size = 1 << struct.unpack_from("<H", compound, 30)[0]
    sector = lambda n: compound[(n + 1) * size:(n + 2) * size]
    fat = [entry for n in struct.unpack_from("<109I", compound, 76) if n < 0xFFFFFFFA
           for entry in struct.unpack(f"<{size // 4}I", sector(n))]

    def chain(n, table=fat, get=sector):
        content = b""
        while n < 0xFFFFFFFA:
            content += get(n)
            n = table[n]
        return content

    entries = chain(struct.unpack_from("<I", compound, 48)[0])
    found = {}
    for at in range(0, len(entries), 128):
        length = struct.unpack_from("<H", entries, at + 64)[0]
        name = entries[at:at + max(length - 2, 0)].decode("utf-16-le", "replace")
        found[name] = struct.unpack_from("<IQ", entries, at + 116)
    mini = chain(found["Root Entry"][0])
    minifat = chain(struct.unpack_from("<I", compound, 60)[0])
    minifat = struct.unpack(f"<{len(minifat) // 4}I", minifat)
    name = "Workbook" if "Workbook" in found else "Book"
    start, length = found[name]
    if length < 4096:
        content = chain(start, minifat, lambda n: mini[n * 64:(n + 1) * 64])
    else:
        content = chain(start)
    return (b"C" if name == "Workbook" else b"B") + content[:length]


def of(content):
    """The input that stands for a file."""
    if content.startswith(b"PK"):
        return opened(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return stream(content)
    return b"R" + content


def workbook():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "人员"
    sheet["A1"] = "2026 年名单"
    sheet.merge_cells("A1:D1")
    sheet.append(["姓名", "身份证号", "出生日期", "手机号码"])
    sheet.append(["张三", "41999919860520018X", datetime.date(1986, 5, 20), 13812345678])
    sheet.append(["=A3", 4.19999e17, True, "#N/A"])
    sheet.row_dimensions[4].hidden = True
    book.create_sheet("说明")["A1"] = "请先看说明"
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def inline():
    """Strings in the cells themselves, as programs stream them."""
    head = b'<?xml version="1.0" encoding="UTF-8"?>'
    cell = lambda at, text: f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'
    rows = [("证件号", "名字"), ("419999198503150012", "李四")]
    rows = "".join(f'<row r="{n}">{cell(f"A{n}", a)}{cell(f"B{n}", b)}</row>'
                   for n, (a, b) in enumerate(rows, 1))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as archive:
        put = lambda name, text: archive.writestr(name, head + text.encode())
        put("[Content_Types].xml", "<Types/>")
        put("_rels/.rels", f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        put("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>')
        put("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}"><Relationship Id="r1" Type="{links}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
        put("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{main}"><dimension ref="A1:B2"/><sheetData>{rows}</sheetData></worksheet>')
    return saved.getvalue()


def ods():
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.write("seeds/content.xml", "content.xml")
        archive.write("seeds/manifest.xml", "META-INF/manifest.xml")
    return saved.getvalue()


def biff8():
    """The stream of an .xls: one sheet, shared strings, a number."""
    record = lambda kind, body=b"": struct.pack("<HH", kind, len(body)) + body
    begin = lambda kind: record(0x0809, struct.pack("<HH", 0x0600, kind) + bytes(12))
    wide = lambda text: text.encode("utf-16-le")
    strings = ["姓名", "身份证号", "张三", "41999919860520018X"]
    table = struct.pack("<II", len(strings), len(strings))
    table += b"".join(struct.pack("<HB", len(text), 1) + wide(text) for text in strings)
    head = begin(5) + record(0x0042, struct.pack("<H", 1200))
    tail = record(0x00FC, table) + record(0x000A)
    name = bytes([2, 1]) + wide("人员")
    offset = len(head) + 4 + 6 + len(name) + len(tail)
    sheet = begin(0x10) + record(0x0200, struct.pack("<IIHHH", 0, 3, 0, 2, 0))
    for row, column, text in [(0, 0, 0), (0, 1, 1), (1, 0, 2), (1, 1, 3)]:
        sheet += record(0x00FD, struct.pack("<HHHI", row, column, 0, text))
    sheet += record(0x0203, struct.pack("<HHHd", 2, 1, 0, 4.19999e17)) + record(0x000A)
    return head + record(0x0085, struct.pack("<IH", offset, 0) + name) + tail + sheet


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    table = "姓名,身份证号,出生日期\n张三,41999919860520018X,1986-05-20\n\"李,四\",'419999198503150012,1985.3\n"
    made = {
        "xlsx": opened(workbook()),
        "xlsx-inline": opened(inline()),
        "ods": opened(ods()),
        "xls": b"C" + biff8(),
        "csv": b"R" + table.encode(),
        "csv-marked": b"R" + ("\ufeff" + table.replace(",", "\t")).encode(),
        "csv-gbk": b"R" + table.encode("gb18030"),
        "html": "R<html><table><tr><td>姓名</td></tr></table></html>".encode(),
    }
    for name, content in made.items():
        (FOLDER / name).write_bytes(content)
    for path in map(pathlib.Path, sys.argv[1:]):
        content = path.read_bytes()
        if len(content) < 200_000:
            (FOLDER / path.name).write_bytes(of(content))


if __name__ == "__main__":
    main()
