"""Every bound of the system, by name. Change one here and nowhere else."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

# The ledger
COMMANDS_PER_POST: Final = 500  # a batch is a lock time: at 500 the counter's p99 stays under 20 ms
LEDGER_LOCK_TIMEOUT: Final = "2s"
MIGRATION_LOCK_TIMEOUT: Final = "1500ms"  # everyone queues behind a migration that waits; a vacuum gives way after a second
CLOCK_TOLERANCE_SECONDS: Final = 300
POINTS_PER_COMMAND: Final = 1_000_000_000
FACTS_BYTES: Final = 1024
WALLETS_PER_SWEEP: Final = 500  # locked together while their lots expire
SWEEPS_AT_ONCE: Final = 200  # of expiry, one transaction each: 100,000 wallets a run
EXPIRY_SECONDS: Final = 300.0  # between runs
HOLDS_PER_SWEEP: Final = 2_000
HOLDS_PER_RELEASE: Final = 50  # together: one busy wallet keeps no more than so many waiting
OVERDUE_SECONDS: Final = 15.0  # between releases of what is overdue: a hold lives for two minutes
SEAL_BATCH: Final = 2_000
SEALER_PAUSE_SECONDS: Final = 1.0
CHECKPOINT_SECONDS: Final = 5.0  # between checkpoints while there is something new
COSIGNATURE_AHEAD: Final = timedelta(minutes=5)  # how far a witness's clock may be ahead
LEAVES_AT_ONCE: Final = 2_000  # read together for an export

# The outbox
OUTBOX_BATCH: Final = 100
OUTBOX_RETRY_SECONDS: Final = (1, 5, 30, 120, 600)  # the last one repeats
RELAY_PAUSE_SECONDS: Final = 1.0

# Security events. They are kept for good: what must be erased of a person is not in them.
FAILURE_ROWS_PER_MINUTE: Final = 60  # of each kind; a thousand failures a minute are no more rows than this and one
SECURITY_DETAILS: Final = 6
SECURITY_DETAIL_TEXT: Final = 80

# Forms that act
FORM_AGE: Final = timedelta(days=1)  # an older page is opened again; what a form answered is kept for as long
ANSWERS_PER_SWEEP: Final = 10_000

# Two people
APPROVAL_AGE: Final = timedelta(days=7)  # a request is decided and carried out within this time, or asked anew
EXPOSURE_CAP: Final = 1_000_000_000_000
ISSUANCE_SLICES: Final = 16  # as many transactions of a bank issue points beside each other under its cap
TERMS_MONTHS: Final = 120
TERMS_GRACE_DAYS: Final = 366
POINTS_PER_ADJUSTMENT: Final = 1_000_000

# Events in
EVENTS_PER_REQUEST: Final = 1_000
EVENT_BODY_BYTES: Final = 2 * 1024 * 1024
EVENT_AMOUNT_MINOR: Final = 100_000_000_000  # a billion yuan
EVENT_FUTURE: Final = timedelta(minutes=5)
EVENT_AGE: Final = timedelta(days=400)
EVENT_ID: Final = 100
EVENT_TYPE: Final = 60
EVENTS_PER_CHUNK: Final = 500  # one transaction, one batch of the ledger
EVENT_TRIES_WHEN_BUSY: Final = 2  # each waits as long as a lock may
WAITING_BANKS_PER_SWEEP: Final = 50
TEXT_FIELD: Final = 200
NAME: Final = 80  # of a rule, a merchant, an outlet or a neighborhood, in each language

# Partner systems signing in
SECRET_OVERLAP: Final = timedelta(days=1)  # a renewed secret's predecessor stays good for so long
WRONG_SECRETS: Final = 10  # of one client from one network, in
WRONG_SECRETS_SECONDS: Final = 600
TOKENS_PER_MINUTE: Final = 30  # of one client; a token lives for 15 minutes
TOKENS_PER_SWEEP: Final = 10_000
COUNTERS_PER_SWEEP: Final = 10_000

# Earning rules
RULE_POINTS: Final = 1_000_000
RULE_DELAY_DAYS: Final = 366
VERSIONS_PER_BANK: Final = 2_000

# Files in
FILE_CHUNK_ROWS: Final = 500
FILE_COLUMNS: Final = 64
FILE_LINE_BYTES: Final = 64 * 1024
FILE_BYTES: Final = 512 * 1024 * 1024
ENCODING_LINES: Final = 20_000  # with more than ASCII: so many tell in which encoding a file is
FILE_ROW_ERRORS_KEPT: Final = 1_000
IMPORT_LEASE_SECONDS: Final = 60  # a runner silent for longer is taken for dead
IMPORT_UNHEARD_SECONDS: Final = 10  # a file that nobody took up by then: its message was lost
IMPORTS_PER_SWEEP: Final = 10

# Codes and claims (design: scheme 71)
CODE_STEP_SECONDS: Final = 15
CODE_STEPS_BACK: Final = 3
CODE_STEPS_AHEAD: Final = 1
CHECKOUT_SECONDS: Final = 120
BAD_CODES_PER_HANDLE: Final = 5
BAD_CODES_PER_MERCHANT: Final = 100
BAD_CODES_WINDOW: Final = timedelta(minutes=10)
CODES_AHEAD: Final = 20  # made by the server for a phone that can't keep a key: five minutes' worth
CODE_TEXT: Final = 64  # longer text is no code, whatever its spaces
USED_CODES_KEPT: Final = timedelta(days=2)
CODES_PER_SWEEP: Final = 10_000
DEVICES_PER_RESIDENT: Final = 5
HANDLE_TRIES: Final = 10
POINTS_PER_REDEMPTION: Final = 10_000_000
KEY_TEXT: Final = 64
REASON_TEXT: Final = 200

# Signing in by phone
SIGN_IN_CODE_DIGITS: Final = 6
SIGN_IN_CODE_SECONDS: Final = 300
SIGN_IN_CODE_TRIES: Final = 5
SIGN_IN_CODES_PER_HOUR: Final = 3  # for a phone, by one browser
SIGN_IN_CODES_PER_DAY: Final = 5
SIGN_IN_CODES_PER_HOUR_KNOWN: Final = 5  # for a phone, by a browser on which its user signed in before; no other count holds it up
SIGN_IN_CODES_PER_DAY_KNOWN: Final = 10
SIGN_IN_CODES_PER_HOUR_NETWORK: Final = 6  # for a phone, by the strangers of one network
SIGN_IN_CODES_PER_DAY_NETWORK: Final = 10
SIGN_IN_CODES_PER_DAY_PHONE: Final = 20  # for a phone, by strangers everywhere
SIGN_IN_CODES_PER_DAY_ALL_PHONES: Final = 500  # by the strangers of one network; behind one address there may be a whole town
SIGN_IN_CODES_PER_DAY_PREFIX: Final = 300  # to ten thousand numbers that follow each other: whoever is paid for texts asks for those
SIGN_IN_CODES_PER_DAY_IN_ALL: Final = 50_000  # text messages cost money: a flood stops here
SIGN_IN_CODES_OPEN_PERCENT: Final = 80  # of those; the rest is for phones that have a user
SIGN_IN_WRONG_PER_DAY: Final = 10  # for a phone, by one browser; docs/adr/0021 has the arithmetic
SIGN_IN_WRONG_PER_DAY_KNOWN: Final = 20
SIGN_IN_WRONG_PER_DAY_NETWORK: Final = 20
SIGN_IN_WRONG_PER_DAY_PHONE: Final = 40
SIGN_IN_WRONG_PER_DAY_ALL_PHONES: Final = 200
SIGN_IN_CODES_KEPT: Final = timedelta(days=2)  # longer than anything is counted
SIGN_IN_ROWS_PER_SWEEP: Final = 10_000
SESSION_NOTED_SECONDS: Final = 600.0  # how exactly it is known when a session was used last
SESSIONS_REMEMBERED: Final = 20_000  # as noted just now, in each process
SESSIONS_SHOWN: Final = 30
SMS_TIMEOUT_SECONDS: Final = 10
INBOX_MESSAGES_KEPT: Final = 200

# Claiming a customer number
CLAIM_CODE_TRIES: Final = 5
CLAIM_CODE_AGE: Final = timedelta(days=30)
CLAIM_TRIES_PER_USER: Final = 10
CLAIM_TRIES_WINDOW: Final = timedelta(days=1)
CLAIM_TEXTS_PER_DAY: Final = 3  # to one customer number; text messages cost money, and annoy

# A new bank link or a new phone: so long, and so many points a day of the alliance
COOL_DOWN: Final = timedelta(hours=24)
COOL_DOWN_POINTS_PER_DAY: Final = 5_000
NEW_PHONE_TEXTS_PER_DAY: Final = 3  # of one resident
CUSTOMER_NUMBER: Final = 40

# Gifts among residents, each a day of the giver
POINTS_PER_GIFT: Final = 5_000
GIFT_POINTS_PER_DAY: Final = 10_000
GIFTS_PER_DAY: Final = 10
GIFT_LOOKUPS_PER_DAY: Final = 30
NEWS_AGE: Final = timedelta(hours=1)  # that long a phone says that points came back
GIFT_RECENTS: Final = 3  # people offered again

# Notices of expiry
EXPIRY_NOTICE_DAYS: Final = (30, 7)  # before the last day, the earliest first
EXPIRY_NOTICES_AT_ONCE: Final = 500

# JSON of people's pages
PAGE_BODY_BYTES: Final = 16 * 1024

# Residents' pages
OUTLETS_NEAR: Final = 30
CHART_MONTHS: Final = 6
HISTORY_LINES: Final = 30
HISTORY_MONTHS: Final = 12  # that can be chosen

# The demo's people on the sign-in page
DEMO_RESIDENTS_OFFERED: Final = 4
DEMO_NEWCOMERS_OFFERED: Final = 1
DEMO_TILLS_OFFERED: Final = 3
DEMO_STAFF_OFFERED: Final = 10

# Lists
PAGE_SIZE: Final = 50
PAGE_SIZE_MOST: Final = 200

# Settlements
SHEET_ROWS_AT_ONCE: Final = 2_000  # of an exported file
DAYS_CITED_AT_ONCE: Final = 100
CLOSING_NUMBERS_AT_ONCE: Final = 10_000  # sealed numbers read and written together while a day is closed

# The ledger in the admin
LEDGER_DAYS_LISTED: Final = 7

# The books check
DRIFT_ROWS_SHOWN: Final = 20  # of each check
WALLETS_CHECKED_AT_ONCE: Final = 1_000
CHECKED_TOTAL_DAYS: Final = 7  # before the last one; a number sealed today adds to no total of earlier days
BOOKS_CHECK_SECONDS: Final = 300.0  # between checks of what is new
TIMES_PAGES: Final = 16  # of a table whose rows come in the order of time, in one range of the index that finds new ones
BOOKS_LOOK_BACK: Final = timedelta(minutes=30)  # before the last check: what was recorded then may have been committed after it
BOOKS_UNCHECKED: Final = timedelta(hours=36)  # since the last full check; then every staff page says so
BOOKS_CHECKS_KEPT: Final = timedelta(days=30)

# The dashboard
COUNTED_AT_MOST: Final = 10_000  # what waits is counted no further
IMPORTS_SHOWN: Final = 5
