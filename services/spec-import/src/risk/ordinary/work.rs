//! Work and help.

/// Separated by a comma and a space.
pub(super) const WORDS: &str = "absence, accomplishment, acknowledgement, activity, adoption, alert, analysis, annotation, \
    applicant, area, artefact, artifact, assignee, assignment, association, \
    attendance, autolink, backlog, badge, baseline, benchmark, blocker, branch, break, bug, \
    bulletin, calendar, candidate, card, case, cause, ceremony, certification, change, chart, \
    checkin, checklist, class, clock, commit, company, competency, concept, course, coverage, \
    curriculum, custom, customfield, cycle, date, day, deadline, deal, decision, deck, degree, \
    deliverable, dependency, dependent, diff, discipline, discussion, display, duty, education, \
    effort, emergency, employee, enrolment, epic, estimate, evaluation, exam, \
    exercise, expectation, experiment, filter, finding, findings, focus, forecast, fork, \
    gantt, goal, grade, hire, holiday, homework, hour, idea, impact, impediment, improvement, \
    incident, initiative, intake, interview, iteration, kanban, keyresult, kpi, kudos, lab, \
    lane, layout, learner, learning, leave, lecture, lesson, line, matter, mentor, merge, \
    milestone, mindmap, mission, module, monitor, month, motion, number, objective, \
    offboarding, opportunity, outcome, overtime, overview, pattern, performance, period, phase, \
    planning, pointing, position, posting, postmortem, postmortems, practice, prediction, \
    priority, problem, proposal, pto, pull, pulse, quarter, reason, recap, recommendation, ref, \
    regression, release, repo, report, repository, request, requisition, resolution, \
    retro, retrospective, reviewer, risk, roster, rota, rotation, rubric, runbook, \
    schedule, school, scorecard, seminar, severity, shift, signal, sla, snapshot, solution, \
    spike, sprint, stage, strategy, student, study, subtask, suite, swimlane, syllabus, \
    symptom, talk, teacher, territory, test, testcase, ticket, time, timebox, timecard, \
    timeclock, timelog, timeoff, timer, timesheet, todo, training, triage, type, vacation, \
    value, velocity, visitor, volunteer, vote, watcher, week, window, wip, work, workbook, \
    worker, working, workitem, workload, worklog, year, export, base, \
    suppression, housekeeping, comment, reader, pullrequest, mergerequest, timeentry, \
    userstory, member photo, me, membership note";
