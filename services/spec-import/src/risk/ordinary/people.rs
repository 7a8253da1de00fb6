//! Health, homes and people's own things.

/// Separated by a comma and a space.
pub(super) const WORDS: &str = "accolade, achievement, adverse, affiliation, ailment, alcohol, allergy, allergyintolerance, \
    anniversary, assessment, bio, biography, biometric, birthday, blood, bracket, cardio, care, \
    caregiver, careplan, carer, careteam, character, checkup, chore, clause, clinic, clinical, \
    clinicalimpression, clinician, communication, condition, consultation, creator, \
    demographic, detail, detectedissue, devicerequest, diagnosis, diagnostic, diagnosticreport, \
    diary, diet, disease, doctor, documentreference, dosage, dose, drink, eligibility, \
    encounter, envelope, episodeofcare, experience, exposure, fact, family, \
    familymemberhistory, fan, favorite, fitness, follow, follower, food, friendship, game, \
    gender, gift, guardian, guest, habit, healthcareservice, heart, height, history, \
    hobby, hospital, illness, imaging, imagingstudy, immunisation, immunization, individual, \
    injury, interest, kid, laborder, labtest, leaderboard, league, level, lifestyle, like, \
    loadout, match, meal, mealplan, measure, medication, medicationadministration, \
    medicationdispense, medicationrequest, medicationstatement, name, nickname, npc, nutrition, \
    outfit, pain, parent, partner, pathology, patient, people, person, pet, pharmacy, \
    physician, player, poke, practitioner, preference, prescription, procedure, program, \
    progress, quest, questionnaire, questionnaireresponse, relatedperson, relative, \
    researchstudy, riskassessment, round, score, screening, servicerequest, sibling, signer, \
    sleep, specimen, spouse, standing, star, supplement, supplydelivery, supplyrequest, tab, \
    therapy, timezone, tournament, treatment, trophy, tutor, vaccination, vaccine, vision, \
    visionprescription, vital, water, weight, wellness, wish, workout, yoga";
