-- All calls of a tenant's agents can be stopped at once, and let go on again: a row for each stop.
CREATE TABLE call_stop (
    tenant_id     uuid        NOT NULL REFERENCES tenant (id),
    id            uuid        NOT NULL,
    stopped_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    stopped_by    uuid        NOT NULL,
    stopped_label text        NOT NULL,
    reason        text        NOT NULL,
    resumed_at    timestamptz,
    resumed_by    uuid,
    resume_reason text,
    PRIMARY KEY (tenant_id, id),
    -- Stopped is stopped: whoever is second finds the stop of the first.
    CONSTRAINT one_call_stop_at_once EXCLUDE USING btree (tenant_id WITH =) WHERE (resumed_at IS NULL),
    CONSTRAINT resumed_by_somebody CHECK (
        (resumed_at IS NULL) = (resumed_by IS NULL) AND (resumed_at IS NULL) = (resume_reason IS NULL)),
    FOREIGN KEY (tenant_id, stopped_by) REFERENCES member (tenant_id, id),
    FOREIGN KEY (tenant_id, resumed_by) REFERENCES member (tenant_id, id)
);
CALL app.protect('call_stop');
-- Whoever may add to the audit log sees it: what cannot be seen would stop nothing.
CALL app.let_read('call_stop', 'append_records', 'run_jobs', 'sign_up', 'resolve_credential');
GRANT SELECT, INSERT (tenant_id, id, stopped_by, stopped_label, reason),
    UPDATE (stopped_at, resumed_at, resumed_by, resume_reason) ON call_stop TO countersign_app;
GRANT SELECT (tenant_id, resumed_at) ON call_stop TO countersign_system;

-- What records share and a stop has alone: a stop waits for what is being recorded, and what comes
-- after it waits until the stop is there to be seen.
CREATE FUNCTION app.calls_of(tenant uuid) RETURNS bigint LANGUAGE sql STABLE
    AS $$ SELECT hashtextextended(tenant::text, 7172) $$;

-- Done while the stop commits, and nothing after it: nobody's record waits for more than this commit.
-- Calls are stopped when what was being recorded is there.
CREATE FUNCTION app.stop_after_what_is_recorded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(app.calls_of(NEW.tenant_id));
    UPDATE public.call_stop SET stopped_at = clock_timestamp() WHERE tenant_id = NEW.tenant_id AND id = NEW.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER stop_after_what_is_recorded AFTER INSERT ON call_stop
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.stop_after_what_is_recorded();

-- Law 3 is what stops calls, whatever a process remembers: what has to be recorded before a call is
-- sent, held, approved or answered cannot be recorded while the tenant's calls are stopped.
CREATE FUNCTION app.refuse_while_stopped() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tenant uuid;
BEGIN
    -- In one order, so that no two batches wait for each other.
    FOR tenant IN SELECT DISTINCT tenant_id FROM added
        WHERE act IN ('call.intended', 'call.answered', 'call.held', 'hold.countersigned') ORDER BY 1
    LOOP
        PERFORM pg_advisory_xact_lock_shared(app.calls_of(tenant));
        -- A statement of its own: it sees what was committed while the lock was waited for.
        IF EXISTS (SELECT FROM public.call_stop WHERE tenant_id = tenant AND resumed_at IS NULL) THEN
            RAISE EXCEPTION 'the calls of this tenant are stopped'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'calls_are_stopped';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_while_stopped AFTER INSERT ON record REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_while_stopped();
