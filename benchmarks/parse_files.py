"""Statements of any length in every format that `benchmarks.parse` measures, the same each time."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple


class Entry(NamedTuple):
    """One made transaction: `balance` is what lies in the account after it."""

    at: int
    day: date
    amount: Decimal
    balance: Decimal
    payee: str


def entries(rows: int) -> Iterator[Entry]:
    """Make transactions, sixty a day."""
    rng = random.Random(1)
    balance = 0
    for at in range(rows):
        cents = rng.randint(-99_999, 99_999) or 1
        balance += cents
        day = date(2020, 1, 1) + timedelta(days=at // 60)
        amount, after = Decimal(cents).scaleb(-2), Decimal(balance).scaleb(-2)
        yield Entry(at, day, amount, after, f"Shop {rng.randint(1, 5000)}")


def csv_statement(rows: int) -> bytes:
    """Make a table of signed amounts with currency, running balance and reference."""
    lines = ["Date,Description,Amount,Currency,Balance,Reference"]
    lines += [
        f'{one.day},"{one.payee}, Town",{one.amount},EUR,{one.balance},REF{one.at}'
        for one in entries(rows)
    ]
    return "\n".join(lines).encode()


def xlsx_statement(rows: int) -> bytes:
    """Make the same table as a workbook with typed dates and amounts."""
    import xlsxwriter

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["Date", "Description", "Amount", "Currency", "Balance", "Reference"])
        for one in entries(rows):
            line = one.at + 1
            sheet.write_datetime(line, 0, one.day, day)
            sheet.write_string(line, 1, f"{one.payee}, Town")
            sheet.write_number(line, 2, float(one.amount))
            sheet.write_string(line, 3, "EUR")
            sheet.write_number(line, 4, float(one.balance))
            sheet.write_string(line, 5, f"REF{one.at}")
    return written.getvalue()


def ofx_statement(rows: int, *, xml: bool = False) -> bytes:
    """Make a bank statement in OFX 1.x (SGML) or 2.x (XML)."""
    end = "</{0}>".format if xml else "".format
    head = '<?xml version="1.0"?>\n<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
    if not xml:
        head = (
            "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\n"
            "COMPRESSION:NONE\nOLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
        )

    def leaf(name: str, value: object) -> str:
        return f"<{name}>{value}{end(name)}\n"

    status = f"<STATUS>{leaf('CODE', 0)}{leaf('SEVERITY', 'INFO')}</STATUS>"
    parts = [
        head,
        f"<OFX><SIGNONMSGSRSV1><SONRS>{status}{leaf('DTSERVER', '20230101')}{leaf('LANGUAGE', 'ENG')}",
        f"</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS>{leaf('TRNUID', 1)}{status}<STMTRS>",
        leaf("CURDEF", "USD"),
        f"<BANKACCTFROM>{leaf('BANKID', 1)}{leaf('ACCTID', 2)}{leaf('ACCTTYPE', 'CHECKING')}</BANKACCTFROM>",
        f"<BANKTRANLIST>{leaf('DTSTART', '20200101')}{leaf('DTEND', '20230101')}",
    ]
    parts += [
        f"<STMTTRN>\n{leaf('TRNTYPE', 'DEBIT')}{leaf('DTPOSTED', f'{one.day:%Y%m%d}120000')}"
        f"{leaf('TRNAMT', one.amount)}{leaf('FITID', f'F{one.at}')}"
        f"{leaf('NAME', one.payee)}{leaf('MEMO', f'Card payment {one.at % 77}')}</STMTTRN>\n"
        for one in entries(rows)
    ]
    parts.append(f"</BANKTRANLIST><LEDGERBAL>{leaf('BALAMT', '1.00')}{leaf('DTASOF', '20230101')}")
    parts.append("</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>")
    return "".join(parts).encode()


def mt940_statement(rows: int) -> bytes:
    """Make one message with structured details, as German banks write them."""
    made = list(entries(rows))
    parts = [":20:STATEMENT\n:25:10020030/1234567\n:28C:1/1\n:60F:C200101EUR0,00\n"]
    for one in made:
        amount = str(abs(one.amount)).replace(".", ",")
        parts.append(
            f":61:{one.day:%y%m%d%m%d}{'D' if one.amount < 0 else 'C'}{amount}NTRFREF{one.at}//B{one.at}\n"
            f":86:166?00PAYMENT?20SVWZ+Card payment {one.at % 77}?32{one.payee}\n"
        )
    last = made[-1]
    closing = str(abs(last.balance)).replace(".", ",")
    parts.append(f":62F:{'D' if last.balance < 0 else 'C'}{last.day:%y%m%d}EUR{closing}\n-\n")
    return "".join(parts).encode()


def camt_statement(rows: int) -> bytes:
    """Make a CAMT.053 statement with a payee and a purpose in each entry."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
        "<BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
    )
    parts = [head]
    parts += [
        f'<Ntry><NtryRef>{one.at}</NtryRef><Amt Ccy="EUR">{abs(one.amount)}</Amt><CdtDbtInd>'
        f"{'DBIT' if one.amount < 0 else 'CRDT'}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{one.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{one.day}</Dt></ValDt><AcctSvcrRef>B{one.at}</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Cdtr><Pty><Nm>"
        f"{one.payee}</Nm></Pty></Cdtr></RltdPties><RmtInf><Ustrd>Card payment {one.at % 77}</Ustrd></RmtInf></TxDtls>"
        "</NtryDtls></Ntry>\n"
        for one in entries(rows)
    ]
    parts.append("</Stmt></BkToCstmrStmt></Document>")
    return "".join(parts).encode()


def qif_statement(rows: int) -> bytes:
    """Make the transactions of one account."""
    records = [
        f"D{one.day:%m/%d/%Y}\nT{one.amount}\nP{one.payee}\nMCard payment {one.at % 77}\nLFood\n^\n"
        for one in entries(rows)
    ]
    return ("!Type:Bank\n" + "".join(records)).encode()


def bai2_statement(rows: int) -> bytes:
    """Make one account's transactions with a line of text each."""
    records = [
        f"16,{475 if one.amount < 0 else 399},{abs(int(one.amount * 100))},V,{one.day:%y%m%d},,R{one.at},,{one.payee}/\n"
        for one in entries(rows)
    ]
    head = "01,A,B,260131,0101,1,,,2/\n02,B,A,1,260131,2359,EUR,2/\n03,1,EUR,,,,/\n"
    return (
        head + "".join(records) + f"49,0,{rows + 2}/\n98,0,1,{rows + 4}/\n99,0,1,{rows + 6}/\n"
    ).encode()


def iif_statement(rows: int) -> bytes:
    """Make checks of one account with one split each."""
    head = "!TRNS\tTRNSTYPE\tDATE\tACCNT\tNAME\tAMOUNT\tMEMO\n!SPL\tTRNSTYPE\tDATE\tACCNT\tAMOUNT\n!ENDTRNS\n"
    blocks = [
        f"TRNS\tCHECK\t{one.day:%m/%d/%Y}\tChecking\t{one.payee}\t{one.amount}\tCard payment {one.at % 77}\n"
        f"SPL\tCHECK\t{one.day:%m/%d/%Y}\tFood:Bread\t{-one.amount}\nENDTRNS\n"
        for one in entries(rows)
    ]
    return (head + "".join(blocks)).encode()


MAKERS: Final[dict[str, Callable[[int], bytes]]] = {
    "csv": csv_statement,
    "ofx1": ofx_statement,
    "ofx2": lambda rows: ofx_statement(rows, xml=True),
    "mt940": mt940_statement,
    "camt": camt_statement,
    "qif": qif_statement,
    "bai2": bai2_statement,
    "iif": iif_statement,
    "xlsx": xlsx_statement,
}
"""Kind of file -> its maker."""
