//! Small lists of things that make a change graver than an ordinary one.

use super::lexicon::List;

/// What an outgoing message to many is called; sending one reaches them all.
pub(super) static MAILINGS: List = List::new(
    "mailings",
    &["campaign, broadcast, newsletter, blast, mailing, announcement, singlesend, mailshot"],
);

/// What is printed and posted for money.
pub(super) static PRINTED: List = List::new("printed", &[PRINTS]);

const PRINTS: &str = "letter, postcard, mailer, selfmailer, booklet, mailpiece";

/// Runs steps of its own once it is started.
pub(super) static RUNNABLE: List = List::new(
    "runnable",
    &[
        "workflow, pipeline, flow, playbook, automation, run, job, sequence, function, scenario, \
        build, deployment, deploy, runbook, execution",
    ],
);

/// Restoring over one of these loses what it holds now.
pub(super) static RESTORED_OVER: List = List::new(
    "restored_over",
    &[
        "backup, snapshot, database, instance, server, volume, cluster, machine, table, environment, \
        site, deploy, image, branch, bucket, vm, disk, workspace, checkpoint",
    ],
);

/// Creating one of these orders a removal.
pub(super) static REMOVALS: List = List::new(
    "removals",
    &["deletion, erasure, purge, removal, redaction, garbage, cleanup"],
);

/// Chargeable capacity.
pub(super) static CAPACITY: List = List::new(
    "capacity",
    &[
        "cluster, database, droplet, server, instance, vm, machine, node, nodepool, pool, container, \
        balancer, volume, disk, gpu, replica, vpc, gateway, runner, codespace, hosting, cache, \
        storage, nat, cheque, check, inference, bucket, host, \
        workstation, vnet, subnet, deploymentslot, dyno, formation, sandbox, \
        nodegroup, fleet, hypervisor, vms",
        PRINTS,
    ],
);

/// Long computations that cost money.
pub(super) static TRAINING: List = List::new("training", &["tuning, finetuning, training"]);

/// Work that runs by itself: cancelling it loses the work, not a record.
pub(super) static JOBS: List = List::new(
    "jobs",
    &[
        "job, run, workflow, import, build, migration, batch, deployment, deploy, task, scan, execution, \
        operation, process, query, upload, sync, crawl, collection, conversion, transcode, \
        encoding",
    ],
);

/// Runs code, or puts it into production, when created.
pub(super) static EXECUTIONS: List = List::new(
    "executions",
    &[
        "deployment, deploy, dispatch, execution, invocation, command, rerun, script, build, repl, run",
    ],
);

/// One call, many things.
pub(super) static BULK: List = List::new(
    "bulk",
    &["bulk, batch, mass, multiple, several, import, export, everyone, blast"],
);

/// What serves people or machines: another version of it goes into production.
pub(super) static LIVE: List = List::new(
    "live",
    &[
        "site, run, stack, changeset, deployment, deploy, function, app, service, firmware, \
        environment, release, configuration, worker, blueprint, rollout, canary, schema, manifest",
    ],
);
