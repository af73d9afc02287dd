-- The database as the migrations leave it, for reading. A test builds both and compares.
--
-- Every tenant table carries seller_id and is under forced row-level security: a transaction sees the rows of the
-- seller it has named in app.seller_id, and none without (clario/db/connection.py sets it). The keys of loaded data
-- begin with the connection: a seller's authorisation in one Amazon region.
-- The application's roles (clario_api, clario_worker, clario_dispatch) own nothing; clario_migrate owns everything.

-- The current moment, or the simulated one that the transaction has named in app.now.
CREATE FUNCTION clario_now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT coalesce(nullif(current_setting('app.now', true), '')::timestamptz, clock_timestamp()) $$;

-- connections and their secrets ---------------------------------------------------------------------------------------

CREATE TABLE connections (
    connection_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seller_id            text NOT NULL,
    region               text NOT NULL CHECK (region IN ('na', 'eu', 'fe')),
    source               text NOT NULL CHECK (source IN ('database', 'environment')),
    selling_partner_id   text,
    marketplace_ids      text[] NOT NULL DEFAULT '{}',
    marketplaces_read_at timestamptz,
    is_sandbox           boolean NOT NULL,
    token_fingerprint    text,                          -- of the environment's refresh token: another one is a new try
    status               text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'revoked', 'disconnected')),
    error                text,
    connected_at         timestamptz NOT NULL DEFAULT clario_now(),
    UNIQUE (seller_id, region)
);

-- Tokens are encrypted with the seller as associated data (ports.TokenCipher). The lease lets one worker refresh.
CREATE TABLE tokens (
    connection_id           bigint PRIMARY KEY REFERENCES connections ON DELETE CASCADE,
    seller_id               text NOT NULL,
    refresh_token           bytea,
    access_token            bytea,
    access_token_expires_at timestamptz,
    refresh_lease_until     timestamptz,
    updated_at              timestamptz NOT NULL DEFAULT clario_now()
);

-- One clock per usage plan, shared by everyone who calls Amazon for that selling partner and application. `ready_at` is
-- GCRA's theoretical arrival time. No tenant owns these rows: two users of one Amazon account share its plan.
CREATE TABLE usage_plans (
    subject      text NOT NULL,
    application  text NOT NULL,
    operation    text NOT NULL,
    ready_at     timestamptz NOT NULL,
    learned_rate double precision CHECK (learned_rate > 0),
    PRIMARY KEY (subject, application, operation)
);

-- syncs ---------------------------------------------------------------------------------------------------------------

CREATE TABLE sync_progress (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    sync_id          text NOT NULL UNIQUE,
    user_id          text NOT NULL,
    status           text NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
    progress         integer NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    message          text,
    started_at       timestamptz NOT NULL DEFAULT clario_now(),
    completed_at     timestamptz,
    orders_processed integer NOT NULL DEFAULT 0,
    total_orders     integer NOT NULL DEFAULT 0,
    claims_detected  integer NOT NULL DEFAULT 0,
    error            text,
    created_at       timestamptz NOT NULL DEFAULT clario_now(),
    updated_at       timestamptz NOT NULL DEFAULT clario_now(),
    trigger          text NOT NULL DEFAULT 'manual' CHECK (trigger IN ('manual', 'connect', 'scheduled')),
    part             integer NOT NULL DEFAULT 1,        -- a long sync runs as several executions, one after the other
    planned_at       timestamptz,                       -- set once its slices exist
    warnings         jsonb NOT NULL DEFAULT '[]',       -- what planning found wrong with whole connections
    events           integer NOT NULL DEFAULT 0         -- how many progress events it has
);
CREATE UNIQUE INDEX one_running_sync_per_seller ON sync_progress (user_id) WHERE status = 'running';
CREATE INDEX sync_progress_newest ON sync_progress (user_id, started_at DESC);

CREATE TABLE progress_events (
    sync_id         text NOT NULL REFERENCES sync_progress (sync_id) ON DELETE CASCADE,
    event_id        integer NOT NULL,                   -- 1, 2, 3 ... in commit order
    seller_id       text NOT NULL,
    type            text NOT NULL,
    progress        integer NOT NULL,
    status          text NOT NULL,
    message         text NOT NULL,
    claims_detected integer,
    created_at      timestamptz NOT NULL DEFAULT clario_now(),
    PRIMARY KEY (sync_id, event_id)
);

CREATE TABLE sync_slices (
    slice_id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sync_id            text NOT NULL REFERENCES sync_progress (sync_id) ON DELETE CASCADE,
    seller_id          text NOT NULL,
    connection_id      bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    stream             text NOT NULL,
    source             text NOT NULL,                   -- the report type or operation
    scope              text NOT NULL,                   -- the marketplaces asked for, comma-separated
    start_day          date NOT NULL,
    end_day            date NOT NULL,
    state              text NOT NULL DEFAULT 'planned',
    wait_until         timestamptz,
    prepaid            text[] NOT NULL DEFAULT '{}',    -- an operation for each call set aside for wait_until
    attempts           integer NOT NULL DEFAULT 0,
    polls              integer NOT NULL DEFAULT 0,
    failures           integer NOT NULL DEFAULT 0,      -- tries that Amazon's failures cut short since it last got on
    requested_at       timestamptz,                     -- a report was asked for; with report_id empty: maybe
    report_id          text,
    report_document_id text,
    report_made_at     timestamptz,
    document_id        bigint,
    rows               integer,
    rejected           integer,
    outside            integer,
    orders             integer,                         -- orders that no other slice of the sync had before
    note               text,                            -- why it was held back or failed: a word, see severity and error
    severity           text CHECK (severity IN ('info', 'warning', 'error')),
    error              text,
    updated_at         timestamptz NOT NULL DEFAULT clario_now(),
    UNIQUE (sync_id, connection_id, stream, source, scope, start_day)
);
CREATE INDEX sync_slices_newest ON sync_slices (connection_id, stream, slice_id DESC);
CREATE INDEX sync_slices_failed ON sync_slices (connection_id, stream, slice_id DESC)
    WHERE state IN ('failed', 'quarantined');

-- what was loaded -----------------------------------------------------------------------------------------------------

CREATE TABLE documents (
    document_id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seller_id          text NOT NULL,
    connection_id      bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    stream             text NOT NULL,
    source             text NOT NULL,                   -- the report type or operation
    scope              text NOT NULL,
    start_day          date NOT NULL,
    end_day            date NOT NULL,
    raw_object         text NOT NULL,
    sha256             text NOT NULL,
    bytes              bigint NOT NULL,
    rows               integer,                         -- of its first table; null: not read yet
    rejected           integer,
    shrunk_to          integer,                         -- so many rows: too few to be believed, the known ones stayed
    header_fingerprint text,
    as_of              timestamptz NOT NULL,            -- when Amazon made it
    may_be_stale       boolean NOT NULL DEFAULT false,  -- made within the report's cooldown: nothing is deleted for it
    since              timestamptz,                     -- of its first day only what is newer; null: whole days
    fetched_at         timestamptz NOT NULL DEFAULT clario_now()
);
CREATE INDEX documents_by_stream ON documents (connection_id, stream, as_of);

-- One row per day: which document says what that day holds, and of when it is. There is no other cursor. A dataset is
-- what has to be loaded by itself: the first table of those that a document fills.
CREATE TABLE coverage (
    connection_id bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    dataset       text NOT NULL,
    scope         text NOT NULL,
    day           date NOT NULL,
    seller_id     text NOT NULL,
    stream        text NOT NULL,
    source        text NOT NULL,                        -- what was asked last
    as_of         timestamptz NOT NULL,
    whole_as_of   timestamptz,                          -- of when the last document is that told the whole day
    document_id   bigint,                               -- that told of it last; null: Amazon said there is nothing
    PRIMARY KEY (connection_id, dataset, scope, day)
);

-- Data contracts: what each source has sent in its coded columns so far, and under which headers. Anything else is news.
CREATE TABLE known_codes (
    connection_id bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    source        text NOT NULL,
    field         text NOT NULL,                        -- a column of a table, or header
    code          text NOT NULL,
    seller_id     text NOT NULL,
    document_id   bigint NOT NULL,                      -- that brought it first
    PRIMARY KEY (connection_id, source, field, code)
);

-- What was odd about a source's documents; shown with its health.
CREATE TABLE source_notes (
    connection_id bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    source        text NOT NULL,
    code          text NOT NULL,                        -- a word for programs
    subject       text NOT NULL,                        -- which value, which marketplaces
    seller_id     text NOT NULL,
    stream        text NOT NULL,
    detail        text NOT NULL,
    document_id   bigint NOT NULL,
    noted_at      timestamptz NOT NULL DEFAULT clario_now(),
    PRIMARY KEY (connection_id, source, code, subject)
);

CREATE TABLE rejected_rows (
    connection_id bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    document_id   bigint NOT NULL,
    line          integer NOT NULL,
    ordinal       integer NOT NULL,
    seller_id     text NOT NULL,
    stream        text NOT NULL,
    dataset       text NOT NULL,
    scope         text NOT NULL,
    day           date,
    start_day     date NOT NULL,
    end_day       date NOT NULL,
    reason        text NOT NULL,
    raw           text NOT NULL,
    PRIMARY KEY (connection_id, document_id, line, ordinal)
);

-- When a stream that is read page by page is refreshed between syncs. A lease is one message to a worker; the row is
-- that worker's until it gives it back or the lease runs out.
CREATE TABLE refreshes (
    connection_id bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    stream        text NOT NULL,
    seller_id     text NOT NULL,
    due_at        timestamptz NOT NULL,
    lease         uuid,                                 -- null: nobody's
    leased_until  timestamptz,
    begun         boolean NOT NULL DEFAULT false,       -- the message has come
    prepaid       text[] NOT NULL DEFAULT '{}',         -- an operation for each call set aside for due_at
    failures      integer NOT NULL DEFAULT 0,           -- turns in a row that Amazon's failures cut short
    error         text,                                 -- what the last refresh failed with; null: it went well
    PRIMARY KEY (connection_id, stream)
);
CREATE INDEX refreshes_due ON refreshes (due_at);

-- Columns that every loaded row has: as_of and document_id say which document wrote its present values, line where.

CREATE TABLE ledger_events (
    connection_id         bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    occurred_on           date NOT NULL,
    event_key             uuid NOT NULL,                -- hash of the natural key
    ordinal               integer NOT NULL,             -- among identical rows
    seller_id             text NOT NULL,
    occurred_at           timestamptz,
    fnsku                 text NOT NULL,
    asin                  text,
    msku                  text,
    title                 text,
    event_type            text NOT NULL,
    reference_id          text,
    quantity              integer NOT NULL,
    fulfillment_center    text,
    disposition           text,
    reason                text,
    country               text,
    reconciled_quantity   integer,
    unreconciled_quantity integer,
    store                 text,
    as_of                 timestamptz NOT NULL,
    document_id           bigint NOT NULL,
    line                  integer NOT NULL,
    PRIMARY KEY (connection_id, occurred_on, event_key, ordinal)
);
CREATE INDEX ledger_events_by_item ON ledger_events (connection_id, fnsku, occurred_on);

-- What Amazon granted. The name is the frontend's; in code it is a reimbursement (see the view).
CREATE TABLE claims (
    id                          uuid NOT NULL DEFAULT gen_random_uuid(),
    connection_id               bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    reimbursement_id            text NOT NULL,
    row_key                     uuid NOT NULL,
    ordinal                     integer NOT NULL,
    seller_id                   text NOT NULL,
    approved_on                 date NOT NULL,
    approved_at                 timestamptz NOT NULL,
    case_id                     text,
    order_id                    text,
    reason                      text NOT NULL,
    sku                         text,
    fnsku                       text,
    asin                        text,
    product_name                text,
    condition                   text,
    currency                    text,
    amount_per_unit             numeric(14, 4),
    amount_total                numeric(14, 4),
    quantity_cash               integer NOT NULL,
    quantity_inventory          integer NOT NULL,
    quantity_total              integer NOT NULL,
    original_reimbursement_id   text,
    original_reimbursement_type text,
    as_of                       timestamptz NOT NULL,
    document_id                 bigint NOT NULL,
    line                        integer NOT NULL,
    PRIMARY KEY (connection_id, reimbursement_id, row_key, ordinal)
);
CREATE VIEW reimbursements WITH (security_invoker = true) AS SELECT * FROM claims;

CREATE TABLE financial_events (
    id                      uuid NOT NULL DEFAULT gen_random_uuid(),
    connection_id           bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    event_id                text NOT NULL,              -- begins with the generation of Amazon's API
    seller_id               text NOT NULL,
    posted_on               date NOT NULL,
    event_type              text NOT NULL,
    event_date              timestamptz NOT NULL,
    transaction_id          text NOT NULL,
    transaction_type        text NOT NULL,
    transaction_status      text,
    order_id                text,
    sku                     text,
    asin                    text,
    amount                  numeric(14, 4) NOT NULL,    -- signed from the seller's side
    currency                text NOT NULL,
    quantity                integer,
    description             text,
    deferred_transaction_id text,                       -- that this one releases
    release_transaction_id  text,                       -- that released this one
    metadata                jsonb NOT NULL,
    created_at              timestamptz NOT NULL DEFAULT clario_now(),
    updated_at              timestamptz NOT NULL DEFAULT clario_now(),
    as_of                   timestamptz NOT NULL,
    document_id             bigint NOT NULL,
    line                    integer NOT NULL,
    PRIMARY KEY (connection_id, event_id)
);
CREATE INDEX financial_events_by_order ON financial_events (connection_id, order_id) WHERE order_id IS NOT NULL;
CREATE INDEX financial_events_by_item ON financial_events (connection_id, sku, asin);
CREATE INDEX financial_events_beside_sales ON financial_events (connection_id, sku, asin)
    WHERE transaction_type <> 'Shipment';
CREATE INDEX financial_events_of_services ON financial_events (connection_id, posted_on)
    WHERE transaction_type = 'ServiceFee';
CREATE INDEX financial_events_by_deferred ON financial_events (connection_id, deferred_transaction_id)
    WHERE deferred_transaction_id IS NOT NULL;

-- Of each day the generation that read it last. Detection reads this view: it tells by itself when money was held back.
CREATE VIEW present_financial_events WITH (security_invoker = true) AS
SELECT e.*
FROM financial_events AS e
JOIN (
    SELECT DISTINCT ON (connection_id, day) connection_id, day,
           CASE source WHEN 'listFinancialEvents' THEN 'v0' ELSE '2024-06-19' END AS generation
    FROM coverage WHERE dataset = 'financial_events' ORDER BY connection_id, day, as_of DESC
) AS read ON read.connection_id = e.connection_id AND read.day = e.posted_on
WHERE split_part(e.event_id, ':', 1) = read.generation;

-- Each amount once: of money that was held back the release, once it is known. Sums read this view.
CREATE VIEW counted_financial_events WITH (security_invoker = true) AS
SELECT e.*
FROM present_financial_events AS e
WHERE NOT EXISTS (
    SELECT FROM financial_events AS release
    WHERE release.connection_id = e.connection_id AND release.deferred_transaction_id = e.transaction_id
);

-- What a marketplace's fulfilment centres hold now. Null: Amazon does not say. A SKU that Amazon no longer names stays,
-- with zeros and line 0.
CREATE TABLE inventory (
    id                              uuid NOT NULL DEFAULT gen_random_uuid(),
    connection_id                   bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    marketplace_id                  text NOT NULL,
    sku                             text NOT NULL,
    seller_id                       text NOT NULL,
    fnsku                           text,
    asin                            text,
    condition                       text,
    product_name                    text,
    last_updated_at                 timestamptz,
    total_quantity                  integer,            -- with what is on its way in
    fulfillable_quantity            integer,
    inbound_working_quantity        integer,
    inbound_shipped_quantity        integer,
    inbound_receiving_quantity      integer,
    reserved_quantity               integer,            -- and three kinds of it
    pending_customer_order_quantity integer,
    pending_transshipment_quantity  integer,
    fc_processing_quantity          integer,
    researching_quantity            integer,
    unfulfillable_quantity          integer,            -- and six kinds of it
    customer_damaged_quantity       integer,
    warehouse_damaged_quantity      integer,
    distributor_damaged_quantity    integer,
    carrier_damaged_quantity        integer,
    defective_quantity              integer,
    expired_quantity                integer,
    as_of                           timestamptz NOT NULL,
    document_id                     bigint NOT NULL,
    line                            integer NOT NULL,
    PRIMARY KEY (connection_id, marketplace_id, sku)
);

-- The last state of each day that Amazon was asked on, of the SKUs it named that day; coverage names the document.
CREATE TABLE inventory_history (
    connection_id              bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    day                        date NOT NULL,
    marketplace_id             text NOT NULL,
    sku                        text NOT NULL,
    seller_id                  text NOT NULL,
    total_quantity             integer,
    fulfillable_quantity       integer,
    inbound_working_quantity   integer,
    inbound_shipped_quantity   integer,
    inbound_receiving_quantity integer,
    reserved_quantity          integer,
    researching_quantity       integer,
    unfulfillable_quantity     integer,
    PRIMARY KEY (connection_id, day, marketplace_id, sku)
);

-- What moved in a period (a month) by FNSKU, disposition and place, signed as Amazon delivers it.
CREATE TABLE ledger_balances (
    connection_id       bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    period_start        date NOT NULL,                  -- the first day of a month
    row_key             uuid NOT NULL,                  -- hash of the natural key
    ordinal             integer NOT NULL,               -- among identical rows
    seller_id           text NOT NULL,
    fnsku               text NOT NULL,
    asin                text,
    msku                text,
    title               text,
    disposition         text,
    location            text,
    store               text,
    starting_balance    integer NOT NULL,
    in_transit          integer,
    receipts            integer,
    customer_shipments  integer,
    customer_returns    integer,
    vendor_returns      integer,
    warehouse_transfers integer,
    found               integer,
    lost                integer,
    damaged             integer,
    disposed            integer,
    other_events        integer,
    ending_balance      integer NOT NULL,
    unknown_events      integer,
    as_of               timestamptz NOT NULL,
    document_id         bigint NOT NULL,
    line                integer NOT NULL,
    PRIMARY KEY (connection_id, period_start, row_key, ordinal)
);

-- Shipments to Amazon as they stand. Amazon tells no dates of theirs; the statuses below say since when we know.
CREATE TABLE inbound_shipments (
    connection_id       bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    shipment_id         text NOT NULL,
    seller_id           text NOT NULL,
    marketplace_id      text NOT NULL,
    name                text,
    status              text NOT NULL,
    fulfillment_center  text,
    label_prep_type     text,
    are_cases_required  boolean,
    box_contents_source text,
    as_of               timestamptz NOT NULL,
    document_id         bigint NOT NULL,
    line                integer NOT NULL,
    PRIMARY KEY (connection_id, shipment_id)
);

-- Each status a shipment was seen in; as_of: first seen so.
CREATE TABLE inbound_shipment_statuses (
    connection_id bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    shipment_id   text NOT NULL,
    status        text NOT NULL,
    seller_id     text NOT NULL,
    as_of         timestamptz NOT NULL,
    document_id   bigint NOT NULL,
    line          integer NOT NULL,
    PRIMARY KEY (connection_id, shipment_id, status)
);

CREATE TABLE inbound_shipment_items (
    connection_id     bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    shipment_id       text NOT NULL,
    item_key          uuid NOT NULL,                    -- hash of sku and fnsku
    seller_id         text NOT NULL,
    sku               text NOT NULL,
    fnsku             text,
    quantity_shipped  integer NOT NULL,
    quantity_received integer,
    quantity_in_case  integer,
    as_of             timestamptz NOT NULL,
    document_id       bigint NOT NULL,
    line              integer NOT NULL,
    PRIMARY KEY (connection_id, shipment_id, item_key)
);

-- Each number of units that an item was seen as sent with; as_of: first seen so.
CREATE TABLE inbound_shipment_plans (
    connection_id    bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    shipment_id      text NOT NULL,
    item_key         uuid NOT NULL,
    quantity_shipped integer NOT NULL,
    seller_id        text NOT NULL,
    as_of            timestamptz NOT NULL,
    document_id      bigint NOT NULL,
    line             integer NOT NULL,
    PRIMARY KEY (connection_id, shipment_id, item_key, quantity_shipped)
);

-- Customers' orders, in the words of the Orders API 2026-01-01 whatever was read.
CREATE TABLE orders (
    connection_id     bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    order_id          text NOT NULL,
    seller_id         text NOT NULL,
    last_updated_on   date NOT NULL,
    last_updated_at   timestamptz NOT NULL,
    purchased_at      timestamptz NOT NULL,
    status            text NOT NULL,
    fulfilled_by      text,
    sales_channel     text,
    is_business       boolean NOT NULL,
    replaced_order_id text,
    as_of             timestamptz NOT NULL,
    document_id       bigint NOT NULL,
    line              integer NOT NULL,
    PRIMARY KEY (connection_id, order_id)
);

CREATE INDEX orders_without_sale ON orders (connection_id, order_id)
    WHERE status = 'CANCELLED' OR replaced_order_id IS NOT NULL;

-- By SKU: the order report has no item ids. Amounts are of all units together, null before Amazon has set a price.
CREATE TABLE order_items (
    connection_id      bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    order_id           text NOT NULL,
    sku                text NOT NULL,
    seller_id          text NOT NULL,
    last_updated_on    date NOT NULL,
    last_updated_at    timestamptz NOT NULL,
    asin               text,
    title              text,
    quantity           integer NOT NULL,
    quantity_shipped   integer,
    currency           text,
    item_price         numeric(14, 4),
    shipping_price     numeric(14, 4),
    gift_wrap_price    numeric(14, 4),
    tax                numeric(14, 4),
    promotion_discount numeric(14, 4),
    order_item_ids     text,                            -- separated by commas
    as_of              timestamptz NOT NULL,
    document_id        bigint NOT NULL,
    line               integer NOT NULL,
    PRIMARY KEY (connection_id, order_id, sku)
);
CREATE INDEX order_items_by_item ON order_items (connection_id, sku);

-- Units that left for customers. Nothing says who or where they are.
CREATE TABLE shipped_items (
    connection_id      bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    shipped_on         date NOT NULL,
    row_key            uuid NOT NULL,                   -- hash of the natural key
    ordinal            integer NOT NULL,                -- among identical rows
    seller_id          text NOT NULL,
    shipped_at         timestamptz,
    order_id           text NOT NULL,
    sku                text NOT NULL,
    fnsku              text,
    asin               text,
    fulfillment_center text,
    quantity           integer NOT NULL,
    currency           text,
    item_price         numeric(14, 4),
    shipping_price     numeric(14, 4),
    gift_wrap_price    numeric(14, 4),
    as_of              timestamptz NOT NULL,
    document_id        bigint NOT NULL,
    line               integer NOT NULL,
    PRIMARY KEY (connection_id, shipped_on, row_key, ordinal)
);
CREATE INDEX shipped_items_by_item ON shipped_items (connection_id, sku, order_id);

CREATE TABLE returns (
    connection_id        bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    returned_on          date NOT NULL,
    row_key              uuid NOT NULL,                 -- hash of the natural key
    ordinal              integer NOT NULL,              -- among identical rows
    seller_id            text NOT NULL,
    returned_at          timestamptz,
    order_id             text,
    sku                  text NOT NULL,
    fnsku                text,
    asin                 text,
    product_name         text,
    quantity             integer NOT NULL,
    fulfillment_center   text,
    disposition          text,
    reason               text,
    status               text,
    license_plate_number text,
    as_of                timestamptz NOT NULL,
    document_id          bigint NOT NULL,
    line                 integer NOT NULL,
    PRIMARY KEY (connection_id, returned_on, row_key, ordinal)
);

CREATE TABLE replacements (
    connection_id               bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    shipped_on                  date NOT NULL,
    row_key                     uuid NOT NULL,          -- hash of the natural key
    ordinal                     integer NOT NULL,       -- among identical rows
    seller_id                   text NOT NULL,
    shipped_at                  timestamptz,
    sku                         text NOT NULL,
    asin                        text,
    fulfillment_center          text,
    original_fulfillment_center text,
    quantity                    integer NOT NULL,
    reason_code                 text,
    replacement_order_id        text NOT NULL,
    original_order_id           text,
    as_of                       timestamptz NOT NULL,
    document_id                 bigint NOT NULL,
    line                        integer NOT NULL,
    PRIMARY KEY (connection_id, shipped_on, row_key, ordinal)
);

CREATE TABLE removal_orders (
    connection_id       bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    order_id            text NOT NULL,
    row_key             uuid NOT NULL,                  -- hash of the natural key
    ordinal             integer NOT NULL,               -- among identical rows
    seller_id           text NOT NULL,
    requested_at        timestamptz,
    updated_at          timestamptz,
    source              text,
    order_type          text,
    service_speed       text,
    status              text,
    sku                 text,
    fnsku               text NOT NULL,
    disposition         text,
    requested_quantity  integer NOT NULL,
    cancelled_quantity  integer,
    disposed_quantity   integer,
    shipped_quantity    integer,
    in_process_quantity integer,
    removal_fee         numeric(14, 4),
    currency            text,
    as_of               timestamptz NOT NULL,
    document_id         bigint NOT NULL,
    line                integer NOT NULL,
    PRIMARY KEY (connection_id, order_id, row_key, ordinal)
);

CREATE TABLE removal_shipments (
    connection_id      bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    order_id           text NOT NULL,
    row_key            uuid NOT NULL,                   -- hash of the natural key
    ordinal            integer NOT NULL,                -- among identical rows
    seller_id          text NOT NULL,
    requested_at       timestamptz,
    shipped_at         timestamptz,
    sku                text,
    fnsku              text NOT NULL,
    disposition        text,
    shipped_quantity   integer NOT NULL,
    carrier            text,
    tracking_number    text,
    removal_order_type text,
    as_of              timestamptz NOT NULL,
    document_id        bigint NOT NULL,
    line               integer NOT NULL,
    PRIMARY KEY (connection_id, order_id, row_key, ordinal)
);

-- What Amazon would charge for one unit, with the size it measured, as of each day: Amazon keeps no history of it.
CREATE TABLE fee_previews (
    connection_id          bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    snapshot_on            date NOT NULL,
    row_key                uuid NOT NULL,               -- hash of the natural key
    ordinal                integer NOT NULL,            -- among identical rows
    seller_id              text NOT NULL,
    sku                    text NOT NULL,
    fnsku                  text,
    asin                   text,
    store                  text,
    product_name           text,
    product_group          text,
    brand                  text,
    fulfilled_by           text,
    has_local_inventory    text,
    your_price             numeric(14, 4),
    sales_price            numeric(14, 4),
    longest_side           numeric,
    median_side            numeric,
    shortest_side          numeric,
    length_and_girth       numeric,
    dimension_unit         text,
    package_weight         numeric,
    weight_unit            text,
    size_tier              text,
    currency               text,
    fee_total              numeric(14, 4),
    referral_fee           numeric(14, 4),
    variable_closing_fee   numeric(14, 4),
    fulfillment_fee        numeric(14, 4),
    future_fulfillment_fee numeric(14, 4),
    cross_border_fees      jsonb,
    as_of                  timestamptz NOT NULL,
    document_id            bigint NOT NULL,
    line                   integer NOT NULL,
    PRIMARY KEY (connection_id, snapshot_on, row_key, ordinal)
);
CREATE INDEX fee_previews_by_item ON fee_previews (connection_id, sku);

CREATE TABLE storage_charges (
    connection_id                 bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    month                         date NOT NULL,        -- its first day
    row_key                       uuid NOT NULL,        -- hash of the natural key
    ordinal                       integer NOT NULL,     -- among identical rows
    seller_id                     text NOT NULL,
    asin                          text NOT NULL,
    fnsku                         text NOT NULL,
    product_name                  text,
    fulfillment_center            text,
    country                       text,
    longest_side                  numeric,
    median_side                   numeric,
    shortest_side                 numeric,
    dimension_unit                text,
    weight                        numeric,
    weight_unit                   text,
    item_volume                   numeric,
    volume_unit                   text,
    size_tier                     text,
    average_units                 numeric,
    average_units_pending_removal numeric,
    total_volume                  numeric,
    utilization_ratio             numeric,
    base_rate                     numeric,
    utilization_surcharge_rate    numeric,
    storage_rate                  numeric,
    currency                      text,
    storage_fee                   numeric(14, 4),
    dangerous_goods_type          text,
    incentive_amount              numeric(14, 4),
    as_of                         timestamptz NOT NULL,
    document_id                   bigint NOT NULL,
    line                          integer NOT NULL,
    PRIMARY KEY (connection_id, month, row_key, ordinal)
);

CREATE TABLE aged_inventory_charges (
    connection_id  bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    charged_on     date NOT NULL,
    row_key        uuid NOT NULL,                       -- hash of the natural key
    ordinal        integer NOT NULL,                    -- among identical rows
    seller_id      text NOT NULL,
    sku            text,
    fnsku          text NOT NULL,
    asin           text,
    product_name   text,
    condition      text,
    unit_volume    numeric,
    volume_unit    text,
    currency       text,
    country        text,
    units_charged  integer NOT NULL,
    amount_charged numeric(14, 4),
    age_tier       text,
    surcharge_rate numeric,
    as_of          timestamptz NOT NULL,
    document_id    bigint NOT NULL,
    line           integer NOT NULL,
    PRIMARY KEY (connection_id, charged_on, row_key, ordinal)
);

-- Row 1 of a settlement is the settlement itself; the amounts of the others add up to its total_amount.
CREATE TABLE settlement_lines (
    connection_id      bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    settlement_id      text NOT NULL,
    row_number         integer NOT NULL,
    seller_id          text NOT NULL,
    started_at         timestamptz,
    ended_at           timestamptz,
    deposited_at       timestamptz,
    total_amount       numeric(14, 4),
    currency           text NOT NULL,
    transaction_type   text,
    order_id           text,
    merchant_order_id  text,
    adjustment_id      text,
    shipment_id        text,
    marketplace_name   text,
    amount_type        text,
    amount_description text,
    amount             numeric(14, 4),
    fulfillment_id     text,
    posted_at          timestamptz,
    order_item_code    text,
    sku                text,
    quantity           integer,
    promotion_id       text,
    as_of              timestamptz NOT NULL,
    document_id        bigint NOT NULL,
    line               integer NOT NULL,
    PRIMARY KEY (connection_id, settlement_id, row_number)
);

-- what the seller tells us --------------------------------------------------------------------------------------------

CREATE TABLE product_costs (
    seller_id  text NOT NULL,
    sku        text NOT NULL,
    currency   text NOT NULL,
    valid_from date NOT NULL,
    unit_cost  numeric(14, 4) NOT NULL CHECK (unit_cost >= 0),
    PRIMARY KEY (seller_id, sku, currency, valid_from)
);

-- detection -----------------------------------------------------------------------------------------------------------

CREATE TABLE detection_queue (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    seller_id    text NOT NULL,
    sync_id      text NOT NULL UNIQUE,
    status       text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'processing', 'completed', 'failed')),
    priority     integer NOT NULL DEFAULT 1,
    payload      jsonb NOT NULL DEFAULT '{}',
    is_sandbox   boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT clario_now(),
    processed_at timestamptz,
    attempts     integer NOT NULL DEFAULT 0,            -- also the fencing number: only the newest attempt may write
    leased_until timestamptz,                           -- a worker is at it until then at the longest
    error        text
);

CREATE TABLE detection_results (
    id               uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    seller_id        text NOT NULL,
    connection_id    bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    fingerprint      text NOT NULL,
    sync_id          text NOT NULL,                     -- the sync that first found it
    changed_sync_id  text NOT NULL,                     -- the sync that last changed it
    anomaly_type     text NOT NULL,
    anomaly_family   text NOT NULL,
    tier             text NOT NULL CHECK (tier IN ('claim', 'review', 'info')),
    severity         text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')), -- as of updated_at
    quantity         integer NOT NULL,                  -- the units of the tier
    lost_units       integer NOT NULL,                  -- all units Amazon booked as lost or damaged here
    estimated_value  numeric(14, 4),                    -- of the claim-tier units; null: nothing honest is known
    review_value     numeric(14, 4),                    -- of the units open only under strict netting
    currency         text,
    value_basis      text NOT NULL,
    confidence_score numeric(5, 4) NOT NULL,
    evidence         jsonb NOT NULL,
    status           text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'reviewed', 'disputed', 'resolved')),
    resolved_by      text CHECK (resolved_by IN ('engine', 'user')),
    marketplace_id   text NOT NULL,
    sku              text,
    fnsku            text,
    asin             text,
    order_id         text,
    order_item_id    text,
    shipment_id      text,
    removal_order_id text,
    anchor_date      date NOT NULL,
    claimable_from   date NOT NULL,
    discovery_date   timestamptz NOT NULL,
    deadline_date    date NOT NULL,                     -- a calendar date of the marketplace, still claimable on it
    deadline_basis   text NOT NULL,                     -- policy, discovery_default
    days_remaining   integer NOT NULL,                  -- as of updated_at; readers count from today
    expired          boolean NOT NULL DEFAULT false,    -- as of updated_at
    is_sandbox       boolean NOT NULL DEFAULT false,
    created_at       timestamptz NOT NULL DEFAULT clario_now(),
    updated_at       timestamptz NOT NULL DEFAULT clario_now(),
    UNIQUE (connection_id, fingerprint)
);
CREATE INDEX detection_results_by_seller ON detection_results (seller_id, anomaly_type);

-- Every change of a claim with its reason: claims are resolved, never deleted.
CREATE TABLE detection_history (
    detection_id uuid NOT NULL REFERENCES detection_results ON DELETE CASCADE,
    number       integer NOT NULL,
    seller_id    text NOT NULL,
    sync_id      text NOT NULL,
    at           timestamptz NOT NULL DEFAULT clario_now(),
    kind         text NOT NULL,
    entry        jsonb NOT NULL,
    PRIMARY KEY (detection_id, number)
);

-- What was remembered of each component's last run: whole items that settle each other (clario/domain/detection).
CREATE TABLE detection_components (
    connection_id  bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    key            text NOT NULL,
    seller_id      text NOT NULL,
    ids            text[] NOT NULL,                     -- its identifiers, like sku:ABC-1
    around         text NOT NULL,                       -- a digest of what it was told of others
    conditions     text NOT NULL,                       -- a digest of what held for all: rules, policy, coverage
    next_review_on date,                                -- when time alone may change the result
    observations   jsonb NOT NULL,                      -- what its charges say of the fee tables
    groups         text[] NOT NULL,                     -- its product groups
    named          jsonb NOT NULL,                      -- how many of its rows have which names
    usual          jsonb,                               -- what its sales agree on; null: they do not, or nobody looked
    PRIMARY KEY (connection_id, key)
);

-- Items with rows that came, changed or went, or with new costs, since detection looked at them. Only ever added to and
-- deleted from, so that stores beside each other do not wait.
CREATE TABLE touched_items (
    number        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    connection_id bigint NOT NULL REFERENCES connections ON DELETE CASCADE,
    seller_id     text NOT NULL,
    item          text NOT NULL,                        -- an identifier, like sku:ABC-1
    names         text[],                               -- ASIN, FNSKU and SKU of the row; null: of one that is gone
    about         text,                                 -- sale, credit (may be for a fee), other; null: anything
    order_id      text,                                 -- of a sale: only rows of that order came
    sold_on       date,                                 -- of a sale: only the ledger's lines of that day came
    seen_from     date                                  -- detection sees the rows from that day on; null: at once
);
CREATE INDEX touched_items_by_connection ON touched_items (connection_id);

-- who may do what -----------------------------------------------------------------------------------------------------

DO $$
DECLARE
    tenant_table text;
BEGIN
    FOREACH tenant_table IN ARRAY ARRAY[
        'connections', 'tokens', 'progress_events', 'sync_slices', 'documents', 'coverage', 'rejected_rows',
        'refreshes', 'ledger_events', 'ledger_balances', 'claims', 'financial_events', 'settlement_lines', 'inventory',
        'inventory_history', 'inbound_shipments', 'inbound_shipment_statuses', 'inbound_shipment_items',
        'inbound_shipment_plans', 'orders', 'order_items', 'shipped_items', 'returns', 'replacements', 'removal_orders',
        'removal_shipments', 'fee_previews', 'storage_charges', 'aged_inventory_charges', 'product_costs', 'detection_queue',
        'known_codes', 'source_notes', 'detection_results', 'detection_history', 'detection_components',
        'touched_items'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant_table);
        EXECUTE format(
            'CREATE POLICY own_rows ON %I USING (seller_id = nullif(current_setting(''app.seller_id'', true), ''''))',
            tenant_table
        );
    END LOOP;
END
$$;
ALTER TABLE sync_progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE sync_progress FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON sync_progress USING (user_id = nullif(current_setting('app.seller_id', true), ''));

-- The dispatcher looks across sellers for what is due: connections, syncs and queued detections, never data.
CREATE POLICY dispatch ON connections FOR SELECT TO clario_dispatch USING (true);
CREATE POLICY dispatch ON sync_progress FOR SELECT TO clario_dispatch USING (true);
CREATE POLICY dispatch ON detection_queue FOR SELECT TO clario_dispatch USING (true);
CREATE POLICY dispatch ON refreshes TO clario_dispatch USING (true);

REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clario_worker;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO clario_api;
REVOKE SELECT ON tokens, usage_plans FROM clario_api;
GRANT INSERT, UPDATE ON sync_progress, progress_events, connections TO clario_api;
GRANT INSERT, UPDATE, DELETE ON product_costs TO clario_api;
GRANT INSERT ON touched_items TO clario_api;
GRANT SELECT (connection_id, seller_id, status) ON connections TO clario_dispatch;
GRANT SELECT (sync_id, user_id, status, started_at, completed_at, updated_at) ON sync_progress TO clario_dispatch;
GRANT SELECT (seller_id, sync_id, status, created_at, leased_until) ON detection_queue TO clario_dispatch;
GRANT SELECT, INSERT (connection_id, stream, seller_id, due_at), UPDATE (lease, leased_until, begun) ON refreshes
    TO clario_dispatch;
