//! Machines and data.

/// Separated by a comma and a space.
pub(super) const WORDS: &str = "advertisement, affinity, alarm, analyzer, anomaly, architecture, aspect, assistant, \
    autoscale, backend, bandwidth, beacon, beat, blueprint, bridge, browser, \
    bulb, camera, canary, cdn, checkpoint, chip, cloud, cname, code, codebase, \
    compute, configmap, context, cursor, \
    daemonset, dag, datacenter, datapoint, datasource, dead, detector, device, distribution, \
    dns, domain, drive, drone, edge, embedding, emulator, endpointslice, \
    extent, failure, firmware, fixture, float, floating, frontend, geo, geofence, \
    grafana, graph, hardware, health, healthcheck, heartbeat, index, indice, ingest, \
    ingestion, input, kernel, keyspace, kv, lake, lambda, latency, \
    launch, layer, light, lineage, load, locality, log, mapping, memory, mesh, micro, mirror, \
    model, mount, multicast, mx, neighbor, nic, object, \
    observation, offset, ontology, output, packet, partition, patch, \
    persistentvolumeclaim, place, plug, pod, poddisruptionbudget, podtemplate, point, \
    prefix, preview, probe, pump, range, reachability, reading, \
    receiver, recordset, region, replication, router, \
    rrset, satellite, schema, serverless, service, shadow, shard, site, \
    slo, space, span, statefulset, static, \
    synthetic, telemetry, thermostat, thing, threshold, tier, timeseries, topology, \
    trace, tracer, traffic, transform, transformation, ttl, twin, txt, uptime, vacuum, \
    valve, vector, meta, base, ipaddress, setpoint";
