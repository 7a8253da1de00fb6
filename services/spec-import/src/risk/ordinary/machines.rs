//! Machines and data.

/// Separated by a comma and a space.
pub(super) const WORDS: &str = "advertisement, affinity, alarm, analyzer, anomaly, architecture, aspect, assistant, \
    autoscale, backend, backup, bandwidth, beacon, beat, blueprint, bridge, broker, browser, \
    bulb, camera, canary, cdn, checkpoint, chip, cloud, cname, code, codebase, compartment, \
    compute, configmap, consumer, context, controller, crawler, cron, cronjob, cursor, \
    daemonset, dag, datacenter, datapoint, datasource, dead, detector, device, distribution, \
    dns, domain, drive, drone, edge, embedding, emulator, endpointslice, environment, exporter, \
    extent, failure, featureflag, firmware, fixture, float, floating, frontend, geo, geofence, \
    grafana, graph, hardware, health, healthcheck, heartbeat, hostname, index, indice, ingest, \
    ingestion, ingress, input, interface, kernel, keyspace, kind, kv, lake, lambda, latency, \
    launch, layer, light, lineage, load, locality, log, mapping, memory, mesh, micro, mirror, \
    model, mount, multicast, mx, namespace, neighbor, network, networking, nic, object, \
    observation, offset, ontology, operator, output, packet, partition, patch, peer, peering, \
    persistentvolumeclaim, place, plug, pod, poddisruptionbudget, podtemplate, point, port, \
    prefix, preview, probe, processor, protocol, provider, pump, range, reachability, reading, \
    receiver, recordset, redirect, region, registry, replication, resolver, robot, router, \
    rrset, rule, runtime, satellite, schema, serverless, service, shadow, shard, sink, site, \
    slo, space, span, stack, state, statefulset, static, subdomain, subnetwork, switch, \
    switchport, synthetic, telemetry, thermostat, thing, threshold, tier, timeseries, topology, \
    trace, tracer, traffic, transform, transformation, trigger, ttl, twin, txt, uptime, vacuum, \
    valve, vector, virtual, vlan, watch, meta, base, ipaddress, setpoint";
