"""Posts from a list: one line for each stretch of a post's history. See docs/handbook/importing-posts.md."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from ..database import db
from ..importing import Column, Importer, Outcome, Report, Row, Taken
from ..people.models import Council, Team
from ..people.scopes import scoped_to
from .establishing import check_order, establish_post, record_change
from .models import Post, PostPeriod, State

STATES = {
    "occupied": State.OCCUPIED,
    "filled": State.OCCUPIED,
    "vacant": State.VACANT,
    "frozen": State.FROZEN,
    "deleted": State.DELETED,
}
SHARED = "shared"


class Posts(Importer):
    """A post is known by its number; a stretch of its history by the day it starts on."""

    name = "posts"
    help = "Bring in posts, with one line for each time a post stood differently."
    columns = (
        Column(
            "post number",
            "Its number in the establishment list",
            required=True,
            also=("number", "post"),
            longest=20,
        ),
        Column(
            "title", "What the post is called", required=True, also=("post title", "job title"), longest=120
        ),
        Column("team", "The team it belongs to", required=True, longest=120),
        Column("grade", "Its grade", longest=40),
        Column(
            "employed by", "The council that employs, or shared", required=True, also=("council", "employer")
        ),
        Column(
            "paid for by",
            "Who pays for how many per cent, like Northbrook 60; Eastmere 40",
            also=("funding",),
        ),
        Column("fte", "The FTE of the post", required=True),
        Column("state", "occupied, vacant, frozen or deleted", required=True, also=("status",)),
        Column("fte in post", "What its holder works, if less than the post", also=("in post",)),
        Column("starts", "First day on which it stood like that", required=True, also=("from", "start date")),
        Column(
            "ends",
            "Last day, if it is known; the next line of the post says the same",
            also=("to", "end date"),
        ),
        Column("note", "Anything to remember", longest=200),
    )

    def prepare(self) -> None:
        councils = db.session.scalars(select(Council)).all()
        self.councils: dict[str, Council] = {
            name: council for council in councils for name in (council.name, council.short_name, council.slug)
        }
        self.teams: dict[str, Team] = {team.name: team for team in db.session.scalars(select(Team))}
        self.new_teams: list[str] = []
        self.ends: dict[int, Row] = {}

    def take(self, row: Row) -> Taken:
        post = db.session.scalar(select(Post).where(Post.number == row.text("post number")))
        state, starts, ends = row.choice("state", STATES), row.date("starts"), row.date("ends")
        if state is None or starts is None:
            raise row.wrong("starts" if state else "state", "is empty")
        check_order(starts, ends)
        fte, in_post = self.fte(row, "fte"), self.fte(row, "fte in post")
        words = f"{row.text('post number')} {row.text('title')}, {state.value} from {starts:%d/%m/%Y}"
        if post is None:
            self.establish(row, state, fte, in_post)
            return Taken(Outcome.NEW, words)
        self.check_same(row, post)
        known = next((period for period in post.periods if period.starts_on == starts), None)
        if known is not None:
            return self.compared(row, known, state, fte, in_post)
        self.check_end(row, post, starts - timedelta(days=1))
        record_change(post, state, starts, fte=fte, in_post=in_post, note=row.text("note"), by=None)
        self.remember_end(row, post)
        return Taken(Outcome.CHANGED, words)

    def establish(self, row: Row, state: State, fte: Decimal | None, in_post: Decimal | None) -> None:
        council = self.council(row)
        starts = row.date("starts")
        assert starts is not None
        post = establish_post(
            number=row.text("post number"),
            title=row.text("title"),
            team=self.team(row.text("team")),
            grade=row.text("grade"),
            council=council,
            funding=self.funding(row),
            fte=fte if fte is not None else Decimal(1),
            state=state,
            in_post=in_post,
            starts_on=starts,
            note=row.text("note"),
            by=None,
        )
        self.remember_end(row, post)

    def compared(
        self, row: Row, known: PostPeriod, state: State, fte: Decimal | None, in_post: Decimal | None
    ) -> Taken:
        """A stretch that is there already must be what the line says: what is on record is never rewritten."""
        worked = known.in_post if in_post is None and state is State.OCCUPIED else in_post or Decimal(0)
        if (known.state, known.fte, known.in_post) != (state, fte, worked):
            raise row.wrong(
                "starts",
                f"the post is on record as {known.state.value} with {known.fte} FTE from that day; "
                "take that change back on its page first",
            )
        self.remember_end(row, known.post)
        return Taken(Outcome.SAME)

    def check_same(self, row: Row, post: Post) -> None:
        """A post keeps its team and its employer for life."""
        if post.team.name.casefold() != row.text("team").casefold():
            raise row.wrong("team", f"the post belongs to {post.team.name}; a post that moves is a new post")
        council = self.council(row)
        if post.council_id != (council.id if council else None):
            raise row.wrong("employed by", "is not who employs the post on record")

    def remember_end(self, row: Row, post: Post) -> None:
        self.ends[post.id] = row

    def check_end(self, row: Row, post: Post, day_before: date) -> None:
        """The last day an earlier line gave must be the day before this one starts: a post has no gaps."""
        earlier = self.ends.get(post.id)
        ends = earlier.date("ends") if earlier else None
        if earlier is not None and ends is not None and ends != day_before:
            raise row.wrong("starts", f"is not the day after line {earlier.line} ends")

    def council(self, row: Row) -> Council | None:
        if row.text("employed by").casefold() == SHARED:
            return None
        return row.choice("employed by", self.councils)

    def funding(self, row: Row) -> dict[Council, int] | None:
        """Shares like "Northbrook 60; Eastmere 40"; nothing said is nothing shared."""
        shares: dict[Council, int] = {}
        known = {name.casefold(): council for name, council in self.councils.items()}
        for part in row.several("paid for by"):
            name, _, percent = part.rstrip("% ").rpartition(" ")
            council = known.get(name.strip().casefold())
            if council is None or not percent.isdecimal() or not 0 < int(percent) <= 100:
                raise row.wrong("paid for by", f"“{part}” is not a council and its per cent")
            shares[council] = int(percent)
        return shares or None

    def team(self, name: str) -> Team:
        found = next(
            (team for known, team in self.teams.items() if known.casefold() == name.casefold()), None
        )
        if found is None:
            found = Team(name=name, **scoped_to(None))
            db.session.add(found)
            db.session.flush()
            self.teams[name] = found
            self.new_teams.append(name)
        return found

    def fte(self, row: Row, column: str) -> Decimal | None:
        value = row.number(column)
        return None if value is None else value.quantize(Decimal("0.01"))

    def finish(self, report: Report) -> None:
        if self.new_teams:
            report.notes.append(f"New teams: {', '.join(self.new_teams)}")
        for row in self.ends.values():
            if row.date("ends"):
                report.notes.append(
                    f"line {row.line}: nothing follows its last day, so the post stands like that until further notice"
                )
