"""The deliberate bugs of `make mutants`, and which tests must catch each.

`right` is as short as it can be and still be found once: sources move.
"""

from __future__ import annotations

from dataclasses import dataclass

Swap = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Bug:
    """In `file`, `right` is replaced by `wrong`.

    `tests` are arguments of pytest, at least one of which must fail; `point` is a point of the
    matrix that must show it instead. `also` removes further safeguards that would hide the bug.
    """

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...] = ()
    point: str = ""
    also: tuple[Swap, ...] = ()

    @property
    def changes(self) -> tuple[Swap, ...]:
        return (self.file, self.right, self.wrong), *self.also


STORE = "tests/store/test_redis.py::test_"
CHANGES = "tests/store/test_changes.py::test_"
FOUND = "tests/model/test_found.py::test_"
RARE = "tests/model/test_rare.py::test_"
FAILOVER = "tests/store/test_failover.py::test_"
WORKERS = "tests/rooms/lane/test_workers.py"
POLLER = "tests/rooms/polling/test_poller.py::test_"
SENDER = "tests/rooms/lane/test_sender.py::test_"
ANSWERS = "tests/rooms/lane/test_answers.py::test_"
INTAKE = "tests/rules/test_intake.py::test_"
DESK = "tests/rooms/inbound/test_desk.py::test_"
SOCKETS = "tests/slack/test_socket_mode.py::test_"
TIMING = "tests/slack/test_socket_timing.py::test_"

# The look after a restart would hide the bug.
FORGETS = (
    "rooms/lane/ticket_pass.py",
    "return written(intent) < self._store.server_epoch() + skew",
    "return False",
)
DECLINED = ("rooms/lane/sender.py", "if intent.before is None or", "if True or")
UNRECORDED = ("rooms/lane/poster.py", "await self._check.check(pass_, channel, thread)", "pass")

OF_THE_STORE = (
    Bug(
        "a stale token may write",
        "store/scripts/write.lua",
        "redis.call('HGET', KEYS[3], act.id) ~= act.token",
        "false",
        (STORE + "a_lease_runs_out_and_the_late_lane_is_fenced",),
    ),
    Bug(
        "a stale token may release",
        "store/scripts/release.lua",
        "if redis.call('HGET', KEYS[2], id) ~= ARGV[2] then return 0 end",
        "",
        (STORE + "a_lease_runs_out_and_the_late_lane_is_fenced",),
    ),
    Bug(
        "a mark during a pass is forgotten",
        "store/scripts/release.lua",
        "if (redis.call('HGET', KEYS[3], id) or '0') ~= ARGV[3] then",
        "if false then",
        (STORE + "a_mark_while_leased_makes_it_due_on_release",),
    ),
    Bug(
        "a server that forgot gives a token twice",
        "store/scripts/lease.lua",
        "math.max(redis.call('INCR', KEYS[4]), now)",
        "redis.call('INCR', KEYS[4])",
        (STORE + "a_server_that_forgot_a_claim_gives_its_token_to_nobody",),
    ),
    Bug(
        "a field is removed though another has set it",
        "store/scripts/write.lua",
        "if drop[2] == '' or redis.call('HGET', KEYS[1], drop[1]) == drop[2] then",
        "if true then",
        (CHANGES + "a_field_that_was_set_anew_meanwhile_stays",),
    ),
    Bug(
        "a gesture's second message is another intent",
        "store/redis.py",
        "for name, id in change.names]",
        "for name, id in ()]",
        (STORE + "a_name_is_given_once",),
    ),
    Bug(
        "another server is not noticed",
        "store/server_epoch.py",
        "server.id not in self._met",
        "not self._met",
        (WORKERS,),
    ),
    Bug(
        "connections to a former master are kept",
        "store/common.py",
        "if code_of(error) in FORSAKEN:",
        "if False:",
        (FAILOVER + "an_address_moves_to_the_new_master_and_old_connections_stay",),
    ),
    Bug(
        "a master that takes its old place again is not noticed",
        "store/server_epoch.py",
        """f"{run} {told.get('master_replid', '')}",""",
        "run,",
        (FAILOVER + "a_primary_of_a_cluster_that_lives_on_as_a_replica",),
    ),
    Bug(
        "leases of a server that changed are worked on",
        "rooms/lane/workers.py",
        "return await self._give_back(leases)",
        "pass",
        (WORKERS,),
    ),
)
OF_THE_DESK = (
    Bug(
        "an older edit wins",
        "rules/intake.py",
        "if _is_older(heard.edited, intent.edited):\n        return None\n    if intent.is_",
        "if intent.is_",
        (DESK + "in_whatever_order_slack_tells_it_the_last_edit_holds",),
    ),
    Bug(
        "a reply edited into a note is sent",
        "rules/intake.py",
        "if verdict is None or verdict.state is State.KEPT:\n        return conclude",
        "if verdict is None:\n        return conclude",
        (INTAKE + "an_edit",),
    ),
    Bug(
        "a note that an edit made after sending is not told",
        "rules/intake.py",
        "if verdict is None or verdict.state is State.KEPT:\n        late",
        "if verdict is None:\n        late",
        (INTAKE + "an_edit_after_sending_is_late_until_it_is_taken_back",),
    ),
    Bug(
        "an edit that must be asked about is sent",
        "domain/intent.py",
        "if not intent.edit_held:",
        "if True:",
        (INTAKE + "an_edit_that_must_be_asked_about_is_asked_about_however_late",),
    ),
    Bug(
        "a deletion that nobody heard of is overlooked",
        "domain/absence.py",
        "return after_deletion(intent) if began >=",
        "return None if began >=",
        (DESK.partition("::")[0],),
    ),
    Bug(
        "one reading that does not show a message cancels it",
        "domain/absence.py",
        "if began >= intent.unseen_at + settle",
        "if began",
        (DESK.partition("::")[0],),
    ),
    Bug(
        "talk is edited into a reply without permission",
        "rooms/inbound/desk.py",
        "if speaks and (why := await self._unheard(key, heard)):",
        "if speaks and (why := ''):",
        ("tests/rooms/inbound/test_edited_talk.py",),
    ),
)
OF_THE_RULES = (
    Bug(
        "a guest may act",
        "rules/access.py",
        "if member.guest:",
        "if False:",
        ("tests/rules/test_access.py",),
    ),
    Bug(
        "what was refused is sent by an edit",
        "rules/intake.py",
        "if not intent.refused:",
        "if True:",
        (DESK + "the_edit_of_somebody_refused_is_settled_too",),
    ),
    Bug(
        "what waited for days is sent unasked",
        "rules/staleness.py",
        "or now - began <= fresh:",
        "or True:",
        ("tests/rules/test_staleness.py",),
    ),
    Bug(
        "a lost reply is not lost for the demo",
        "demo/replies.py",
        "sum(not each.told for each in open)",
        "0",
        ("tests/demo_page/test_replies.py",),
    ),
)
OF_THE_POLLER = (
    Bug(
        "how a ticket ended is not read",
        "rooms/polling/poller.py",
        "await self._left(left)",
        "pass",
        (RARE + "the_record_of_a_ticket_that_is_active_again_does_not_expire",),
    ),
    Bug(
        "ended tickets are not watched",
        "rooms/polling/poller.py",
        "for ticket in self._ended.stirred(ended, shown, now):",
        "for ticket in ():",
        (POLLER + "what_happens_on_an_ended_ticket_is_read",),
    ),
    Bug(
        "what does not fit a page of changes is left out",
        "rooms/polling/poller.py",
        "self._full_at = 0.0  # more",
        "pass  # more",
        (POLLER + "after_a_page_on_which_all_has_changed_a_walk_follows",),
    ),
    Bug(
        "what waited for an account waits on",
        "rooms/polling/poller.py",
        "await self._store.hasten(self.account, now)",
        "pass",
        (POLLER + "what_waited_for_an_account_is_due_when_it_is_back",),
    ),
)
OF_THE_SENDER = (
    Bug(
        "a call is made after its deadline",
        "rooms/lane/sender.py",
        "if left <= 0:",
        "if False:",
        (FOUND + "a_process_stopped_after_writing_down_sends_nothing",),
    ),
    Bug(
        "who may not send any more sends",
        "rooms/lane/sender.py",
        "why = await self._may(intent.agent, intent.money)",
        "why = ''",
        (SENDER + "who_may_not_send_when_it_is_due_sends_nothing",),
    ),
    Bug(
        "an unknown outcome counts as certain",
        "rooms/lane/sender.py",
        "return await self._unknown(pass_, intent, failure)",
        "return await pass_.swap(intent, fail(intent, failure.quoted))",
        (FOUND + "the_echo_of_an_open_attempt_is_not_shown_a_second_time",),
    ),
    Bug(
        "what was declined and arrived all the same is sent again",
        *DECLINED,
        (SENDER + "what_a_proxy_declined_after_it_was_accepted_is_not_sent_again",),
    ),
    Bug(
        "a reply overtakes one that is unknown",
        "rooms/lane/sender.py",
        "if blocked and intent.kind.ordered:",
        "if False:",
        (SENDER + "a_reply_waits_for_an_earlier_one_of_unknown_outcome",),
    ),
    Bug(
        "what Redis forgot was sent is sent again",
        "rooms/lane/sender.py",
        "if (done := await self._settler.done_in_an_earlier_epoch(pass_, intent)) is not None:",
        "if (done := None) is not None:",
        (RARE + "what_a_failover_forgot_is_not_done_twice",),
    ),
    Bug(
        "a message counts for two replies",
        "rooms/lane/ticket_pass.py",
        "return {intent.message for intent in self._intents.values() if intent.message}",
        "return set()",
        (RARE + "two_replies_of_one_text_are_two",),
    ),
    Bug(
        "a 2xx without the message is believed",
        "rules/answer.py",
        "return evidence.of_answered(intent, answer, taken)",
        "return Happened()",
        (ANSWERS + "a_reply_that_the_answer_does_not_show_is_looked_for",),
    ),
    Bug(
        "what was taken and is not shown is sent again",
        "rooms/lane/settler.py",
        "if intent.attempt is not None and intent.attempt.answered:",
        "if False:",
        (ANSWERS + "what_is_never_shown_is_asked_about_and_not_done_again",),
    ),
    Bug(
        "another ticket is taken for the one asked for",
        "rooms/lane/reads.py",
        "if conversation.ticket.key != pass_.key:",
        "if False:",
        (
            ANSWERS + "an_answer_about_another_ticket_proves_nothing_and_is_told",
            ANSWERS + "a_read_of_another_ticket_settles_nothing",
        ),
    ),
    Bug(
        "absence is believed when seen once",
        "rules/evidence.py",
        "return bool(attempt.absent_at) and now >=",
        "return now >=",
        ("tests/rules/test_evidence.py",),
    ),
    Bug(
        "absence is believed too early",
        "rules/evidence.py",
        " and now >= attempt.deadline + settle",
        "",
        ("tests/rules/test_evidence.py",),
    ),
    Bug(
        "an echo may be of another scope",
        "rules/echo.py",
        "if same and intent.kind.scope is message.scope and",
        "if same and",
        ("tests/rules/test_echo.py",),
    ),
    Bug(
        "an echo may be older than its attempt",
        "rules/echo.py",
        " and message.id not in intent.baseline:",
        ":",
        ("tests/rules/test_echo.py",),
    ),
)
OF_THE_POSTER = (
    Bug(
        "a post is made after its deadline",
        "rooms/lane/poster.py",
        "if pass_.now() >= post.deadline:",
        "if False:",
        (RARE + "a_process_that_was_suspended_past_the_deadline_does_not_post",),
    ),
    Bug(
        "twins stay",
        "rooms/lane/poster.py",
        "await self._remove_twins(pass_, post.channel, found)",
        "pass",
        (RARE + "of_two_posts_with_one_mark_the_younger_is_deleted",),
    ),
    Bug(
        "what Redis forgot was posted is posted again",
        *UNRECORDED,
        (RARE + "what_a_failover_forgot_is_not_done_twice",),
    ),
    Bug(
        "what a stopped process left is not written down",
        "rooms/lane/lane.py",
        "await self._poster.lease_lost(pass_)",
        "pass",
        (FOUND + "a_card_posted_too_late_is_taken_away",),
    ),
    Bug(
        "what a stopped process left stays",
        "rooms/lane/poster.py",
        "await self._loss.clear(pass_)",
        "pass",
        (FOUND + "a_card_posted_too_late_is_taken_away",),
    ),
    Bug(
        "a card that was found is not looked below",
        "rooms/lane/poster.py",
        "await pass_.write(Change(put=Patch(missed_at=now)))",
        "pass",
        (FOUND + "an_answer_to_a_card_that_was_not_known_to_stand_is_heard",),
    ),
)
OF_THE_LANE = (
    Bug(
        "a lease ends while a slow marketplace is read",
        "rooms/lane/lease_keeper.py",
        "await self._store.renew(self._lease)",
        "pass",
        ("tests/rooms/lane/test_lease_keeper.py",),
    ),
    Bug(
        "a read that is older than the list counts",
        "rooms/lane/lane.py",
        "if whole and doubt is None:",
        "if whole:",
        (FOUND + "a_read_that_is_older_than_the_list_hides_nothing",),
    ),
    Bug(
        "what was read before our own write is shown",
        "rooms/lane/reads.py",
        "polled and unread == pass_.stored.unread_at",
        "polled",
        (RARE + "what_was_read_before_a_write_of_ours_is_read_again",),
    ),
    Bug(
        "a ticket that is active again expires",
        "rooms/lane/mirror.py",
        "(0 if stored.ended else None)",
        "None",
        (RARE + "the_record_of_a_ticket_that_is_active_again_does_not_expire",),
    ),
    Bug(
        "the map of threads ends before the record",
        "rooms/lane/mirror.py",
        "await self._store.bind(stored.channel, stored.root, pass_.key)",
        "pass",
        (RARE + "the_map_of_threads_lives_as_long_as_the_record",),
    ),
    Bug(
        "a revision that the list never shows is recorded",
        "rooms/lane/mirror.py",
        "revision=pass_.seen or ticket.revision",
        "revision=ticket.revision",
        ("tests/rooms/lane/test_mirror.py",),
    ),
)
OF_THE_MATRIX = (
    Bug(
        "an attempt is not written down before it is made",
        "domain/intent.py",
        "state=State.SENDING,\n        attempt=",
        "state=State.QUEUED,\n        attempt=",
        point="reply: UpdateTicket#0 kill answer",
        also=(FORGETS,),
    ),
    Bug(
        "a post of unknown outcome is not looked for",
        "rooms/lane/poster.py",
        "if found:",
        "if False:",
        point="customer update: chat.postMessage#0 kill answer",
        also=(UNRECORDED,),
    ),
    Bug(
        "absence is believed at the first look",
        "rules/evidence.py",
        "return bool(attempt.absent_at) and now >= attempt.deadline + settle",
        "return True",
        # On a busy machine a point of the matrix would be late: 25 ms decide.
        (RARE + "a_reply_that_arrives_late_is_not_sent_again",),
    ),
    Bug(
        "a call of unknown outcome is made again",
        "rooms/lane/sender.py",
        "return await self._unknown(pass_, intent, failure)",
        "return await pass_.swap(intent, requeue(intent, pass_.now()))",
        point="reply: UpdateTicket#0 reset answer",
        also=(FORGETS, DECLINED),
    ),
    Bug(
        "a ticket counts as shown before it is",
        "rooms/lane/mirror.py",
        "        while (post := self._next(",
        "        await self.shown(pass_, conversation)\n        while (post := self._next(",
        point="customer update: chat.postMessage#0 kill arrival",
    ),
)
OF_THE_SOCKETS = (
    Bug(
        "a used address is believed in for ever",
        "slack/socket_mode.py",
        "address = await _address(self._client, self._token)",
        "address = self._why = self._why or await _address(self._client, self._token)",
        (SOCKETS + "it_hears_again_once_the_socket_host_is_back",),
    ),
    Bug(
        "an open socket counts as a connection without proof",
        "slack/socket_link.py",
        "return not self.over and not self.silent",
        "return not self.over",
        (SOCKETS + "a_socket_that_is_open_and_dead_does_not_count",),
    ),
    Bug(
        "every renewal is taken for a gap",
        "slack/socket_coverage.py",
        "if begin <= self._until:",
        "if not self._since:",
        (SOCKETS + "routine_renewals_are_no_gap_and_lose_nothing",),
    ),
    Bug(
        "what a dead connection did not hear is believed to be heard",
        "slack/socket_coverage.py",
        "is not None and self._gap()",
        "is None",
        (TIMING + "a_connection_that_dies_silently_has_covered_nothing_since_it_was_heard",),
    ),
    Bug(
        "two connections are ended in the same moment",
        "slack/socket_timing.py",
        "math.isinf(other):",
        "True:",
        (TIMING + "two_connections_from_one_start_are_never_renewed_together",),
    ),
    Bug(
        "connections are asked for as fast as they fail",
        "slack/socket_timing.py",
        "return max(0.0, self._not_before - now, 0.0 if alone else allowance - now)",
        "return 0.0",
        (TIMING + "it_never_storms",),
    ),
)
BUGS = (
    *OF_THE_STORE,
    *OF_THE_SOCKETS,
    *OF_THE_DESK,
    *OF_THE_RULES,
    *OF_THE_POLLER,
    *OF_THE_SENDER,
    *OF_THE_POSTER,
    *OF_THE_LANE,
    *OF_THE_MATRIX,
)
