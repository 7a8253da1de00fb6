//! Talk and marketing.

/// Separated by a comma and a space.
pub(super) const WORDS: &str = "ab, ad, agenda, alias, ama, answer, asm, attendee, attribute, audience, \
    autoresponder, banner, bounce, call, caller, canned, catalogue, category, channel, \
    chatbot, chatroom, click, cohort, conference, contact, conversation, conversion, copilot, \
    creative, crm, cta, dial, dialog, dialogue, digest, disposition, drip, dtmf, email, event, \
    fallback, fax, feedback, forum, funnel, greeting, guide, helpdesk, hotline, hub, inbox, \
    intent, interaction, invitee, ivr, journey, keyword, label, landing, lead, list, \
    livechat, livestream, macro, mail, mailbox, meeting, message, metric, mms, notification, \
    nps, offer, onboarding, outreach, panelist, participant, persona, personalization, ping, \
    pixel, placement, poll, popup, presence, press, profile, prompt, prospect, push, question, \
    queue, quick, quiz, rating, rcs, reaction, referral, registrant, remark, \
    reminder, reply, response, review, room, rsvp, saved, segment, shoutout, signature, \
    skill, sms, social, speaker, split, sponsor, spot, stakeholder, standup, stats, status, \
    step, stream, stunt, subject, subscriber, suggestion, supporter, suppression, survey, tag, \
    tally, target, telegram, testimonial, thread, topic, touchpoint, tour, tracker, \
    transcription, tweet, typing, unsubscribe, update, utm, utterance, variation, viewer, \
    voicemail, wallboard, webinar, welcome, whatsapp, wrapup, ads, adset";
