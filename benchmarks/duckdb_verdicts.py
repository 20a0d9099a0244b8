"""Daily verdicts of every rule in DuckDB's SQL, on one thread.

DuckDB starts from the items that the rules add up (what an order or a message brings to a
metric, and on which days), from the displayed score and from the level held, each as it is
loaded: it has to add up, apply the windows and compare. It ends with one row a subject and day
that holds the verdict of every rule, and has no spans, causes or margins to find.

A day's sums are running sums of what entered minus what left. The rating's window hangs on the
latest review: reviews that lasted are prefix sums by the day of posting, those that were edited
or removed are joined with the days on which something changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from benchmarks.duckdb_rules import name_of, overall_sql, parts_of, verdict_sql
from eligibility.rules.facts import category_key
from eligibility.rules.items import SUMS, items_of
from eligibility.rules.judge import Judgement
from eligibility.rules.types import Kind, MetricSpec, RuleSet, Scope, WindowKind
from metrics.engine.days import NO_DAY


@dataclass
class Peer:
    """A database in memory, with the metrics of the rule sets numbered."""

    rule_sets: Sequence[RuleSet]
    specs: list[MetricSpec] = field(default_factory=list)
    sellers: int = 0
    gigs: int = 0
    connection: duckdb.DuckDBPyConnection = field(
        default_factory=lambda: duckdb.connect(config={"threads": 1})
    )

    def __post_init__(self) -> None:
        for rule in (rule for one in self.rule_sets for rule in one.all_rules):
            if rule.metric in SUMS and rule.spec not in self.specs:
                self.specs.append(rule.spec)
        for scope in Scope:
            self.connection.execute(
                f"CREATE TABLE {scope}_items (subject INT, k UTINYINT, start INT, stop INT,"
                " ln BIGINT, ld BIGINT, hn BIGINT, hd BIGINT);"
                f"CREATE TABLE {scope}_versions (subject INT, posted INT, start INT, stop INT,"
                " h BIGINT, lasts BOOL)"
            )
        self.connection.execute(
            "CREATE TABLE sellers (subject INT, first INT, last INT, pro BOOL, joined INT,"
            " asked INT);"
            "CREATE TABLE gigs (subject INT, seller INT, first INT, last INT, until INT,"
            " category TEXT);"
            "CREATE TABLE scores (subject INT, day INT, displayed TINYINT);"
            "CREATE TABLE levels (subject INT, day INT, least TINYINT, most TINYINT)"
        )

    # --- loading ----------------------------------------------------------------------

    def add(self, judged: Judgement) -> None:
        """Load one batch; its subjects follow those of the batches before."""
        for number, spec in enumerate(self.specs):
            if spec.window.kind is WindowKind.FROM_LATEST_REVIEW:
                self._add_versions(judged, spec)
            else:
                self._add_items(judged, spec, number)
        self._add_subjects(judged)
        facts, axis = judged.facts, judged.axes.seller
        scores = facts.scores
        owner = np.repeat(np.arange(facts.sellers), np.diff(scores.offset))
        day = np.arange(len(owner)) - scores.offset[owner] + scores.first_day[owner]
        self._insert("scores", owner + self.sellers, day, scores.displayed)
        assert judged.levels is not None
        of = axis.subject_of_entry()
        levels = judged.levels
        self._insert("levels", of + self.sellers, axis.days(), levels.least, levels.most)
        self.sellers += facts.sellers
        self.gigs += facts.gigs

    def _base(self, spec: MetricSpec) -> int:
        return self.gigs if spec.scope is Scope.GIG else self.sellers

    def _add_items(self, judged: Judgement, spec: MetricSpec, number: int) -> None:
        items = items_of(judged.facts, spec)
        self._insert(
            f"{spec.scope}_items",
            items.subject + self._base(spec),
            np.full(len(items.subject), number),
            items.start_day,
            items.end_day,
            *(items.low_num, items.low_den, items.high_num, items.high_den),
        )

    def _add_versions(self, judged: Judgement, spec: MetricSpec) -> None:
        items, reviews = items_of(judged.facts, spec), judged.facts.reviews
        posted = reviews.posted_day[~np.isnan(reviews.stars)]
        lasts = (items.end_day == items.end_day.max()) & (items.start_day == posted)
        self._insert(
            f"{spec.scope}_versions",
            items.subject + self._base(spec),
            posted,
            items.start_day,
            items.end_day,
            items.low_num,
            lasts,
        )

    def _add_subjects(self, judged: Judgement) -> None:
        facts, gig = judged.facts, judged.axes.gig
        asked = facts.last_day + 1
        np.minimum.at(asked, facts.inquiries.seller, facts.inquiries.message_day.astype(np.int64))
        self._insert(
            "sellers",
            np.arange(facts.sellers) + self.sellers,
            facts.first_day,
            facts.last_day,
            facts.is_pro,
            facts.joined_day,
            asked,
        )
        until = np.full(facts.gigs, NO_DAY, np.int64)
        np.maximum.at(until, facts.orders.gig, facts.ordered_day.astype(np.int64))
        self._insert(
            "gigs",
            np.arange(facts.gigs) + self.gigs,
            facts.gig_seller + self.sellers,
            gig.first_day,
            gig.end_day - 1,
            np.where(facts.gig_active, np.iinfo(np.int32).max, until),
            np.array([category_key(name) for name in facts.gig_category], object),
        )

    def _insert(self, table: str, *columns: NDArray[Any]) -> None:
        # Read by its name in the SQL.
        rows = {f"c{number}": column for number, column in enumerate(columns)}  # noqa: F841
        self.connection.execute(f"INSERT INTO {table} SELECT * FROM rows")  # noqa: S608

    # --- computing --------------------------------------------------------------------

    def compute(self) -> int:
        """Create seller_verdicts and gig_verdicts; returns the number of their rows."""
        for statement in self._statements():
            self.connection.execute(statement)
        counted = (
            "SELECT (SELECT count(*) FROM seller_verdicts) + (SELECT count(*) FROM gig_verdicts)"
        )
        [(rows,)] = self.connection.execute(counted).fetchall()
        return int(rows)

    def verdicts(
        self, table: str, names: Sequence[str], first_subject: int, subjects: int
    ) -> dict[str, NDArray[Any]]:
        """Columns of the days of some subjects, with "subject" and "day", in any order."""
        asked = self.connection.execute(
            f"SELECT subject, day, {', '.join(names)} FROM {table}"  # noqa: S608 - our own names
            " WHERE subject >= ? AND subject < ?",
            [first_subject, first_subject + subjects],
        )
        return {name: np.asarray(column) for name, column in asked.fetchnumpy().items()}

    def _statements(self) -> Iterable[str]:
        yield _ratings(Scope.SELLER, "sellers")
        yield _ratings(Scope.GIG, "gigs")
        yield self._days(Scope.SELLER)
        yield self._verdicts(Scope.SELLER)
        yield self._days(Scope.GIG)
        yield self._verdicts(Scope.GIG)

    def _days(self, scope: Scope) -> str:
        """Every metric of every day, as numerator and denominator of both bounds."""
        numbers = [
            n
            for n, spec in enumerate(self.specs)
            if spec.scope is scope and spec.window.kind is not WindowKind.FROM_LATEST_REVIEW
        ]
        names = [f"{part}{n}" for n in numbers for part in parts_of(self.specs[n])]
        sums = ", ".join(
            f"sum({part}) FILTER (k = {n}) AS {part}{n}"
            for n in numbers
            for part in parts_of(self.specs[n])
        )
        running = ", ".join(f"coalesce(sum({name}) OVER span, 0) AS {name}" for name in names)
        extra, states = "g.seller, g.until, g.category", ""
        if scope is Scope.SELLER:
            extra = (
                "s.displayed, s.least, s.most, g.pro, r.day - g.joined AS active,"
                " r.day >= g.asked AS asked"
            )
            states = (
                "JOIN (SELECT * FROM levels LEFT JOIN scores USING (subject, day)) s"
                " ON s.subject = r.subject AND s.day = r.day"
            )
        return f"""
            CREATE OR REPLACE VIEW {scope}_days AS
            WITH events AS (
                SELECT subject, day, {sums} FROM (
                    SELECT i.subject, greatest(i.start, g.first) AS day, k, ln, ld, hn, hd
                    FROM {scope}_items i JOIN {scope}s g USING (subject)
                    WHERE i.stop > i.start AND i.start <= g.last
                    UNION ALL
                    SELECT i.subject, greatest(i.stop, g.first), k, -ln, -ld, -hn, -hd
                    FROM {scope}_items i JOIN {scope}s g USING (subject)
                    WHERE i.stop > i.start AND i.stop <= g.last
                    UNION ALL
                    SELECT subject, first, NULL, 0, 0, 0, 0 FROM {scope}s WHERE first <= last
                ) GROUP BY subject, day
            ), running AS (
                SELECT subject, day AS begun, {running}, lead(day) OVER span AS following
                FROM events WINDOW span AS (PARTITION BY subject ORDER BY day)
            ), each_day AS (
                SELECT c.*, unnest(range(begun, coalesce(following, g.last + 1)))::INT AS day
                FROM running c JOIN {scope}s g USING (subject)
            )
            SELECT r.*, {extra}, t.stars, t.reviews
            FROM each_day r JOIN {scope}s g USING (subject) {states}
            ASOF LEFT JOIN {scope}_ratings t ON t.subject = r.subject AND t.day <= r.day
        """  # noqa: S608 - names of our own columns

    def _verdicts(self, scope: Scope) -> str:
        """One column a rule; those of a promotion that ask for the seller come with its days."""
        columns, seller_side = [], []
        for rule_set in self.rule_sets:
            of_gigs = rule_set.kind is Kind.PROMOTION
            for rule in (rule for rule in rule_set.all_rules if rule.enabled):
                column = (
                    f"{verdict_sql(rule_set, rule, self.specs)} AS {name_of(rule_set, rule.id)}"
                )
                own = Scope.GIG if of_gigs and rule.spec.scope is Scope.GIG else Scope.SELLER
                if own is scope:
                    columns.append(column)
                elif of_gigs and scope is Scope.GIG:
                    seller_side.append(name_of(rule_set, rule.id))
        kind = Kind.LEVELS if scope is Scope.SELLER else Kind.PROMOTION
        overall = ", ".join(
            overall_sql(one, name)
            for one in self.rule_sets
            if one.kind is kind
            for name in one.overall_ids
        )
        source = "seller_days"
        if scope is Scope.GIG:
            names = ", ".join(f"s.{name}" for name in seller_side)
            source = (
                f"(SELECT g.*, s.pro, {names} FROM gig_days g"  # noqa: S608
                " JOIN seller_verdicts s ON s.subject = g.seller AND s.day = g.day)"
            )
        kept = ["pro"] if scope is Scope.SELLER else seller_side
        return f"""
            CREATE OR REPLACE TABLE {scope}_verdicts AS
            SELECT *, {overall} FROM (
                SELECT subject, day, {", ".join([*kept, *columns])} FROM {source}
            )
        """  # noqa: S608


def _ratings(scope: Scope, subjects: str) -> str:
    """Stars and number of the reviews in the two years up to the latest, on each day of change."""
    versions = f"{scope}_versions"
    return f"""
        CREATE OR REPLACE TABLE {scope}_ratings AS
        WITH changes AS (
            SELECT DISTINCT v.subject, day FROM (
                SELECT subject, start AS day FROM {versions}
                UNION ALL SELECT subject, stop FROM {versions}
            ) v JOIN {subjects} s USING (subject) WHERE day <= s.last
        ), lasting AS (
            SELECT subject, posted, sum(sum(h)) OVER upto AS h, sum(count(*)) OVER upto AS n
            FROM {versions} WHERE lasts GROUP BY subject, posted
            WINDOW upto AS (PARTITION BY subject ORDER BY posted)
        ), passing AS (
            SELECT c.subject, c.day, v.posted, v.h FROM changes c JOIN {versions} v
            ON v.subject = c.subject AND NOT v.lasts AND v.start <= c.day AND c.day < v.stop
        ), latest AS (
            SELECT c.subject, c.day, greatest(l.posted, p.posted) AS latest FROM changes c
            ASOF LEFT JOIN lasting l ON l.subject = c.subject AND l.posted <= c.day
            LEFT JOIN (SELECT subject, day, max(posted) AS posted FROM passing GROUP BY ALL) p
            ON p.subject = c.subject AND p.day = c.day
        ), beside AS (
            SELECT subject, day, sum(p.h) AS h, count(*) AS n
            FROM passing p JOIN latest USING (subject, day) WHERE p.posted > latest - 730
            GROUP BY subject, day
        )
        SELECT t.subject, t.day,
            coalesce(hi.h, 0) - coalesce(lo.h, 0) + coalesce(b.h, 0) AS stars,
            coalesce(hi.n, 0) - coalesce(lo.n, 0) + coalesce(b.n, 0) AS reviews
        FROM latest t
        ASOF LEFT JOIN lasting hi ON hi.subject = t.subject AND hi.posted <= t.latest
        ASOF LEFT JOIN lasting lo ON lo.subject = t.subject AND lo.posted <= t.latest - 730
        LEFT JOIN beside b ON b.subject = t.subject AND b.day = t.day
    """  # noqa: S608
