//! Principals, access and governance. Separated by a comma and a space.

/// Nearly always this.
pub(super) const STRONG: &str = "user, member, membership, role, privilege, permission, team, collaborator, collaboration, invitation, \
    invite, service account, organization, organisation, org, workspace, tenant, subaccount, \
    sub account, policy, branch protection, ruleset, firewall, firewall rule, security group, \
    network acl, access rule, access control, access list, access policy, access level, \
    access request, acl, rbac, cluster role, role binding, rolebinding, clusterrole, \
    clusterrolebinding, sso, saml, scim, idp, identity provider, identity, allowlist, \
    allow list, blocklist, block list, denylist, deny list, whitelist, blacklist, safe list, \
    safelist, allowed ip, ip allowlist, ip whitelist, allowlisted, webhook, hook, \
    event subscription, webhook endpoint, webhook subscription, installation, secret, \
    environment variable, env var, variable, retention, legal hold, owner, ownership, \
    visibility, admin, administrator, impersonation, group member, group membership, \
    team member, project member, org member, admission, admission webhook, security, \
    security setting, rate limit, geo permission, permission set, signing group, access, shell, \
    console access, exec, terminal access, push protection, protection rule, value list, \
    service principal, role assignment, delegate, delegation, domain restriction, compliance, \
    secret scanning, data retention, notification endpoint, sharing, teammate, networkpolicy, \
    network policy, mutatingwebhookconfiguration, validatingwebhookconfiguration, \
    validatingadmissionpolicy, admission policy, permission profile, shared access, \
    delegated access, password rule, password policy, security policy, service control, staff, \
    redirect url, redirect uri, allowed origin, cors, enterprise connection, \
    vulnerability alert, security alert, control list, share link, shared link, capability, \
    account setting, public url, silo, trusted, federation, principal, power level, \
    account user, account member, user role, user group, user invitation, user invite, \
    user permission, api access, access package, access review, access right, access group, \
    access application, acl rule, admin role, admin setting, allowed domain, allowed sender, \
    blocked domain, blocked sender, blocked user, approval rule, protected branch, \
    protected environment, protected tag, branch rule, push rule, codeowner, custom role, \
    org role, role mapping, group mapping, group rule, role policy, iam, iam policy, iam role, \
    permission boundary, resource policy, bucket policy, key policy, project role, \
    workspace member, workspace setting, team setting, org setting, organization setting, \
    tenant setting, instance setting, global setting, system setting, security profile, \
    security rule, waf, waf rule, ddo, rate limiting, bot management, zero trust, gateway rule, \
    gateway policy, firewall policy, network rule, network security, security list, nacl, \
    ip list, ip filter, ip rule, ip restriction, geo restriction, conditional access, \
    authentication policy, auth policy, login policy, lockout policy, attack protection, \
    breached password, brute force, bot detection, log stream, log sink, audit setting, siem, \
    event hook, inline hook, postback, notification url, webhook url, notification webhook, \
    outgoing webhook, incoming webhook, service hook, build hook, deploy hook, \
    app installation, installed app, app integration, connected app, connected account, \
    linked account, repository secret, config var, configvar, envvar, env variable, \
    environment secret, pipeline variable, shared variable, project variable, variable group, \
    service connection, runner group, sub organization, child org, child account, \
    managed account, ownership transfer, transfer ownership, data residency, retention policy, \
    retention rule, lifecycle policy, ediscovery, dlp, dlp policy, information barrier, \
    guest access, external sharing, external access, sharing rule, sharing setting, \
    permission scheme, security scheme, permission group, permissionset, permission grant, \
    access grant, user grant, role grant, serviceaccount, securitycontextconstraint, \
    customresourcedefinition, crd, apiservice, validatingwebhook, mutatingwebhook, \
    admission controller, remote access, remote session, remote shell, remote command, \
    remote desktop, rdp, vnc, serial console, web console, web terminal, terminal session, \
    cloud shell, cloudshell, port forward, portforward, subtenant, superuser, super admin, \
    sudo, moderation setting, privacy setting, allow rule, deny rule, denied, whitelist entry, \
    trusted ip, trusted domain, trusted origin, login page, feature permission, member role, \
    team role, app permission, app policy, device policy, compliance policy, mdm, mdm command, \
    device command, device wipe, account status, app assignment, application assignment, \
    group assignment, user assignment, app user, org unit, orgunit, organizational unit, \
    directory sync, provisioning, user provisioning, jit provisioning, break glass, \
    alert receiver, network zone, vpn, vpn connection, vpn gateway, private link, bastion, \
    trust policy, authorization server, authorization model, authorization rule, \
    relationship tuple, certificate authority, trust anchor, federated identity, \
    external identity, login provider, social provider, auth provider, oidc provider, \
    saml provider, saml connection, sso connection, sso setting, scim group, scim user, \
    managed company, app transfer, repository transfer, project transfer, site transfer, \
    account transfer, guild ban, attack mode, tenant membership, env, jwt template, \
    database user, db user, vault item, device action, remote action, host containment, \
    network containment, tenancy, organization tenancy, \
    network source, claim rule, log delivery, self registration, trusted profile, real time, response action, ip allow, group policy, managed policy, \
    trusted network, workspace permission, sharing link, sharing invitation, mailbox delegate, \
    forwarding address, auto forward, send as, domain wide, access permission, \
    catalog permission, table grant, warehouse grant, push notification channel, ban list, \
    kill switch, feature access, member invite, seat invite, guest invite, data sharing, \
    secret store, secret scope, secret engine, auth method, auth mount, audit device, \
    password vault, policy assignment, compliance rule, security baseline, exclusion rule, \
    suppression rule exception, sim swap, detection rule, threat indicator, consent revocation";

/// Mostly this.
pub(super) const FAIR: &str = "group, setting, restriction, guest, integration, directory, connector, connection, \
    callback url, account, audit, realm, quota, resourcequota, limitrange, enterprise, barrier, \
    sub user, subuser, limit, manager, security advisory, moderator, bypass, ban, enrollment, \
    blocked, protection, ip access, trust, domain auth, event destination, log drain, eventing, \
    forwarding rule, vulnerability, alert setting, governance, verified domain, guardrail, \
    quarantine, moderation rule, plugin install, reseller, impersonator, superadmin, plugin, \
    share, guild role, bot permission";

/// As often something else.
pub(super) const TORN: &str =
    "guild, vault, realm setting, containment, tunnel, indicator, exception, exclusion, alarm";

/// Often something else.
pub(super) const WEAK: &str = "application, configuration, config, preference, extension, app, notification setting, \
    admin note, proxy, entitlement, department, system, ssl, tls, endpoint, ip address";
