/**
 * The tables and functions of the engine. One key of a flow has one instance at a time, numbered by `round`. All steps
 * on a key take its lock first, in one order, so that concurrent statements neither interleave nor deadlock.
 */
export const stateMigrations: readonly string[] = [
  `
CREATE SCHEMA flows;

CREATE TABLE flows.definitions (
  flow text NOT NULL,
  version integer NOT NULL,
  hash text NOT NULL,
  definition jsonb NOT NULL,
  first_used_at timestamptz NOT NULL DEFAULT now(),
  last_active_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (flow, version)
);

CREATE TABLE flows.instances (
  id bigint GENERATED ALWAYS AS IDENTITY,
  tenant text NOT NULL,
  flow text NOT NULL,
  key text NOT NULL,
  round integer NOT NULL,
  version integer NOT NULL,
  state text NOT NULL,
  slots jsonb NOT NULL,
  once text NOT NULL,
  opened_at timestamptz NOT NULL,
  due_at timestamptz,
  claimed_until timestamptz,
  announced boolean NOT NULL DEFAULT false,
  ended_at timestamptz,
  ended_by text,
  PRIMARY KEY (tenant, flow, key, round)
);
CREATE UNIQUE INDEX instances_id ON flows.instances (id);
CREATE INDEX instances_due ON flows.instances (due_at) WHERE state = 'waiting' AND NOT announced;
CREATE INDEX instances_waiting ON flows.instances (flow, version, opened_at) WHERE state = 'waiting';
CREATE INDEX instances_ended ON flows.instances (ended_at) WHERE ended_at IS NOT NULL AND slots <> '{}';

CREATE TABLE flows.events (
  tenant text NOT NULL,
  flow text NOT NULL,
  key text NOT NULL,
  event text NOT NULL,
  round integer NOT NULL,
  seen_at timestamptz NOT NULL,
  PRIMARY KEY (tenant, flow, key, event)
);
CREATE INDEX events_seen ON flows.events (seen_at);
`,
  `
CREATE FUNCTION flows.lock_keys(items jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(locks.lock) FROM (
    SELECT DISTINCT hashtextextended(concat_ws(E'\\x1f', r.tenant, r.flow, r.key), 7) AS lock
    FROM jsonb_to_recordset(items) AS r(tenant text, flow text, key text) ORDER BY 1
  ) locks;
END $$;

CREATE FUNCTION flows.fill(items jsonb)
RETURNS TABLE (item integer, outcome text, version integer, key text, round integer, slots jsonb, ended_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  c record;
  i flows.instances;
  earlier flows.instances;
  taken integer := -1;
  seen integer;
  filled jsonb;
  full_set boolean;
  moment timestamptz;
BEGIN
  PERFORM flows.lock_keys(items);
  moment := clock_timestamp();
  FOR c IN
    SELECT * FROM jsonb_to_recordset(items) AS r(item integer, tenant text, flow text, version integer, key text,
      event text, slot text, kept jsonb, opens boolean, needed integer, within_ms float8, once text, every_ms float8)
    ORDER BY r.item, r.opens, r.version
  LOOP
    CONTINUE WHEN c.item = taken;
    SELECT * INTO i FROM flows.instances x
      WHERE x.tenant = c.tenant AND x.flow = c.flow AND x.key = c.key ORDER BY x.round DESC LIMIT 1;
    IF i.round IS NOT NULL THEN
      -- An event has one fate: what it completed, it completes again; what it did not, it never does.
      earlier := i;
      seen := NULL;
      IF c.once <> 'key' THEN
        SELECT x.round INTO seen FROM flows.events x
          WHERE x.tenant = c.tenant AND x.flow = c.flow AND x.key = c.key AND x.event = c.event;
        IF seen <> i.round THEN
          SELECT * INTO earlier FROM flows.instances x
            WHERE x.tenant = c.tenant AND x.flow = c.flow AND x.key = c.key AND x.round = seen;
        END IF;
      END IF;
      IF earlier.state = 'completed' AND earlier.ended_by = c.event THEN
        taken := c.item;
        IF earlier.slots <> '{}' THEN
          RETURN QUERY SELECT c.item, 'completed', earlier.version, c.key, earlier.round, earlier.slots, earlier.ended_at;
        END IF;
        CONTINUE;
      END IF;
      IF seen IS NOT NULL OR EXISTS (SELECT 1 FROM jsonb_each(i.slots) s WHERE s.value->>'event' = c.event) THEN
        taken := c.item;
        CONTINUE;
      END IF;
    END IF;

    IF i.state = 'waiting' AND i.version <> c.version THEN
      -- The set belongs to another version until it ends.
      IF c.opens THEN
        RETURN QUERY SELECT c.item, 'other_version', i.version, c.key, i.round, NULL::jsonb, NULL::timestamptz;
      END IF;
      CONTINUE;
    END IF;
    CONTINUE WHEN i.state IS DISTINCT FROM 'waiting' AND NOT c.opens;
    taken := c.item;
    CONTINUE WHEN i.state <> 'waiting' AND c.once = 'key';

    IF i.state <> 'waiting' AND c.once = 'every' AND moment < i.ended_at + c.every_ms * interval '1 ms'
       OR i.state = 'waiting' AND i.slots ? c.slot THEN
      full_set := false;
    ELSE
      filled := CASE WHEN i.state = 'waiting' THEN i.slots ELSE '{}'::jsonb END
        || jsonb_build_object(c.slot, jsonb_build_object('event', c.event, 'kept', c.kept));
      full_set := (SELECT count(*) FROM jsonb_object_keys(filled)) >= c.needed;
      IF i.state = 'waiting' THEN
        UPDATE flows.instances x SET slots = filled,
          state = CASE WHEN full_set THEN 'completed' ELSE x.state END,
          ended_at = CASE WHEN full_set THEN moment END, ended_by = CASE WHEN full_set THEN c.event END
        -- Not by its state: without statistics, Postgres would look through all that wait.
        WHERE x.id = i.id AND x.ended_at IS NULL;
        -- A cancellation takes no lock: it may have come first.
        full_set := full_set AND FOUND;
      ELSE
        i.round := coalesce(i.round, 0) + 1;
        INSERT INTO flows.instances (tenant, flow, key, round, version, state, slots, once, opened_at, due_at, ended_at, ended_by)
        VALUES (c.tenant, c.flow, c.key, i.round, c.version, CASE WHEN full_set THEN 'completed' ELSE 'waiting' END,
          filled, c.once, moment, moment + c.within_ms * interval '1 ms',
          CASE WHEN full_set THEN moment END, CASE WHEN full_set THEN c.event END);
      END IF;
    END IF;
    IF c.once <> 'key' THEN
      INSERT INTO flows.events (tenant, flow, key, event, round, seen_at)
      VALUES (c.tenant, c.flow, c.key, c.event, i.round, moment) ON CONFLICT DO NOTHING;
    END IF;
    IF full_set THEN
      RETURN QUERY SELECT c.item, 'completed', c.version, c.key, i.round, filled, moment;
    END IF;
  END LOOP;
END $$;

CREATE FUNCTION flows.time_out(items jsonb)
RETURNS TABLE (item integer, version integer, slots jsonb, ended_at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
  PERFORM flows.lock_keys(items);
  RETURN QUERY
    UPDATE flows.instances x SET state = 'timed_out', ended_at = coalesce(x.ended_at, clock_timestamp())
    FROM jsonb_to_recordset(items) AS r(item integer, tenant text, flow text, key text, round integer)
    WHERE x.tenant = r.tenant AND x.flow = r.flow AND x.key = r.key AND x.round = r.round
      AND (x.state = 'timed_out' AND x.slots <> '{}' OR x.state = 'waiting' AND x.due_at <= clock_timestamp())
    RETURNING r.item, x.version, x.slots, x.ended_at;
END $$;
`,
];
