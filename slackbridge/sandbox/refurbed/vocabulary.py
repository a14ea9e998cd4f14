"""The enums of the published TicketService, as on the wire.

Source: refurbed's public protos and OpenAPI document for `refb.merchant.v1.TicketService`.
`UNSPECIFIED` is the zero value of every enum and is treated as "not given".
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Of tickets and of help requests."""

    UNSPECIFIED = "UNSPECIFIED"
    OPEN = "OPEN"
    PENDING = "PENDING"
    SOLVED = "SOLVED"
    CLOSED = "CLOSED"


class SubmittableStatus(StrEnum):
    """The statuses a merchant may set."""

    UNSPECIFIED = "UNSPECIFIED"
    PENDING = "PENDING"
    SOLVED = "SOLVED"


class Urgency(StrEnum):
    UNSPECIFIED = "UNSPECIFIED"
    PANIC = "PANIC"
    URGENT = "URGENT"


class Scope(StrEnum):
    """INTERNAL is seen by the merchant and by refurbed's agents, not by the customer."""

    UNSPECIFIED = "UNSPECIFIED"
    PUBLIC = "PUBLIC"
    INTERNAL = "INTERNAL"


class Sender(StrEnum):
    UNSPECIFIED = "UNSPECIFIED"
    CUSTOMER = "CUSTOMER"
    REFURBED = "REFURBED"
    MERCHANT = "MERCHANT"
    SYSTEM = "SYSTEM"


class HelpTopic(StrEnum):
    UNSPECIFIED = "UNSPECIFIED"
    REFURBED_RESPONSIBILITY = "REFURBED_RESPONSIBILITY"
    CUSTOMER_COMMUNICATION = "CUSTOMER_COMMUNICATION"
    TECHNICAL_ISSUES = "TECHNICAL_ISSUES"
    ACCOUNT_TAKEOVER = "ACCOUNT_TAKEOVER"
    SHIPPING_AGREEMENT = "SHIPPING_AGREEMENT"
    LEGAL = "LEGAL"
    INFORMATION_FOR_REFURBED = "INFORMATION_FOR_REFURBED"
    POTENTIAL_FRAUD_CASE = "POTENTIAL_FRAUD_CASE"
    OTHER = "OTHER"


class Exemption(StrEnum):
    """Why a request for another topic has no attachments."""

    UNSPECIFIED = "UNSPECIFIED"
    ISSUE_SOLVED_ITSELF = "ISSUE_SOLVED_ITSELF"
    WRONG_CONFIGURATION_BY_CUSTOMER = "WRONG_CONFIGURATION_BY_CUSTOMER"
    OTHER = "OTHER"


class Checkpoint(StrEnum):
    AWAITING_REPLY_SINCE = "AWAITING_REPLY_SINCE"
    OVERDUE = "OVERDUE"
    REFURBED_TAKEOVER = "REFURBED_TAKEOVER"


class SortBy(StrEnum):
    CREATED_AT = "CREATED_AT"
    NEXT_SLA_BREACH_AT = "NEXT_SLA_BREACH_AT"
    UPDATED_AT = "UPDATED_AT"


class SortOrder(StrEnum):
    ASC = "ASC"
    DESC = "DESC"


# ISO 3166-1 alpha-2, the officially assigned codes.
_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE
EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM
HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC
LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO
TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW UNSPECIFIED
"""
COUNTRIES = frozenset(_CODES.split())
