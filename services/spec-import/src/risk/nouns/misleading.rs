//! Phrases whose words mislead. Separated by a comma and a space.

/// Nearly always harmless.
pub(super) const STRONG: &str = "contact group, usergroup, customer group, product group, ad group, tag group, tax group, \
    resource group, log group, target group, consumer group, field group, option group, \
    input token, output token, page token, token count, token usage, max token, primary key, \
    foreign key, partition key, key result, translation key, metadata key, key value, \
    test plan, floor plan, meal plan, lesson plan, plan day, business card, score card, \
    scorecard, card template, trello card, refund policy, shipping policy, return policy, \
    cancellation policy, privacy policy, user profile, user photo, user preference, \
    user defined, tax id, tax exemption, block quote, training session, session recording, \
    chat group, group chat, group conversation, group message, game session, study session, \
    credit hour, wire frame, card view, address verification, domain verification, \
    us verification, intl verification, template variable, variable collection, local variable, \
    contact list, upload session, push token, device token, read receipt, delivery receipt, \
    access point, health check, check run, check suite, status check, event registration, \
    meeting registration, webinar registration, device registration, image file, \
    connection request, database connection, order history, price alert, team name, role name, \
    data access, user agent, user story, user event, user data, user interface, member count, \
    domain key, group by, feature limit, time limit, character limit, expense category, \
    payment term, payment reminder, billing address, shipping method, invoice template, \
    invoice number, tax calculation, quick reply, organization name, customer profile, \
    identity document, anti affinity, placement group, affinity group, multicast group, \
    asm group, suppression group, billing group, node group, task group, device group, \
    host group, line group, item group, question group, test group, status group, price group, \
    instance group, server group, auto scaling, scaling group, autoscaling group, \
    parameter group, subnet group, monitor group, alert group, component group, column group, \
    rule group, origin group, backend group, label group, category group, modifier group, \
    option set, segment group, campaign group, asset group, ad set, keyword group, page group, \
    file group, work group, domain authentication, sender authentication, email authentication, \
    link authentication, branded link, chat session, viewing session, study plan, \
    training plan, workout plan, care plan, treatment plan, project plan, marketing plan, \
    test session, recording session, user feedback, user note, user task, user segment, \
    user attribute, user property, user field, user tag, user label, user timeline, \
    user activity, user interest, user comment, user review, user rating, user favorite, \
    user list, user follow, seating plan, route plan, production plan, delivery order, \
    work order, sort order, display order, change order, service order, limit price, \
    cover letter, gift message, extra credit, story point, reward point, order note, order tag, \
    order comment, order tracking, order fulfillment, invoice comment, invoice note, \
    invoice attachment, payment note, transaction note, transaction tag, transaction comment, \
    budget note, team note, member note, account note, account contact, account activity, \
    account task, role play, job role, api documentation, token limit, access log, access time, \
    key point, key phrase, key word, key moment, key date, keyframe, team calendar, \
    session note, session attendance, session speaker, conference session, class session, \
    yoga session, therapy session, session feedback, connection test, directory listing, \
    system message, system prompt, system note, application form, job application, \
    access statistic, application note, group order, group booking, share count, market share, \
    screen share, ride share, timeshare, off policy, leave policy, pto policy, retry policy, \
    escalation policy, sla policy, provision policy, holiday policy, cascade policy, \
    restart policy, notification policy, alert policy, alerting policy, scaling policy, \
    autoscaling policy, update policy, cache policy, caching policy, traffic policy, \
    routing policy, field setting, file transfer, data transfer, call transfer, chat transfer, \
    transfer state, short url, image url, photo url, avatar url, file url, user export, \
    account export, member export, list member, list membership, audience member, \
    campaign member, segment member, channel member, chat member, conversation member, \
    room member, channel membership, hosted zone, cast member, crew member, family member, \
    team stat, team schedule, team standing, player role, cloud event, lead role, speaker role";
