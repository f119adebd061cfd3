"""Who may see posts, and who may change them."""

from sqlalchemy import Select, select

from ..people.access import reach, within_reach
from ..people.models import Person, Role
from .models import Post

READERS = (
    Role.MANAGER,
    Role.REPORT_AUTHOR,
    Role.SYSTEMS_LEAD,
    Role.FIGURES_READER,
    Role.ADMINISTRATOR,
)
"""Those who see posts and vacancies."""

KEEPERS = (Role.MANAGER, Role.ADMINISTRATOR)
"""Those who change them."""


def visible_posts(person: Person) -> Select[Post]:
    """Posts employed by the councils the reader's roles cover, and shared ones."""
    return select(Post).where(within_reach(Post, person, *READERS))


def changeable_posts(person: Person) -> Select[Post]:
    """The posts somebody may change: a shared post needs a role for all councils."""
    posts = select(Post).where(within_reach(Post, person, *KEEPERS))
    councils = reach(person, *KEEPERS)
    return posts if councils is None else posts.where(Post.council_id.in_(councils))


def may_change(person: Person, post: Post) -> bool:
    return may_keep_for(person, post.council_id)


def may_keep_for(person: Person, council_id: int | None) -> bool:
    """Whether the person may keep the posts that the council employs (None: the shared ones)."""
    return person.has_role_for(council_id, *KEEPERS)
