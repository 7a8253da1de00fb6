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

/// Work that runs by itself: cancelling it loses the work, not a record.
pub(super) static JOBS: List = List::new(
    "jobs",
    &[
        "job, run, workflow, import, build, migration, batch, deployment, deploy, task, scan, execution, \
        operation, process, query, upload, sync, crawl, collection, conversion, transcode, \
        encoding",
    ],
);
