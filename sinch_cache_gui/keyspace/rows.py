"""How a list of rows tells its observers what comes, goes and changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Row:
    """One visible node of the key tree.

    Attributes:
        path: The whole key of a leaf; the whole path of a folder, without its last separator.
        name: The last segment of the path.
        depth: How far it is indented; 0 for the top.
        is_folder: A key may be both a folder and a leaf: those are two rows.
        is_expanded: Whether the rows of a folder are shown.
        count: Keys below a folder; 1 for a leaf.
    """

    path: bytes
    name: bytes
    depth: int
    is_folder: bool
    is_expanded: bool
    count: int


class RowObserver(Protocol):
    """Whoever shows the rows. Between "about to be" and the fact, the rows change."""

    def rows_about_to_be_inserted(self, first: int, count: int) -> None:
        """`count` rows will come before the row `first`."""
        ...

    def rows_inserted(self) -> None:
        """The announced rows are there."""
        ...

    def rows_about_to_be_removed(self, first: int, count: int) -> None:
        """`count` rows from `first` on will go."""
        ...

    def rows_removed(self) -> None:
        """The announced rows are gone."""
        ...

    def rows_changed(self, first: int, count: int) -> None:
        """`count` rows from `first` on show something else, a count for instance."""
        ...

    def rows_about_to_be_reshaped(self) -> None:
        """Rows will come and go in many places: remember by name what must stay in place."""
        ...

    def rows_reshaped(self, count: int) -> None:
        """Any row may be another one now, and there are `count`."""
        ...


class RowNews:
    """Tells observers what happens to the rows, each change by itself or many as one reshaping.

    Attributes:
        row_count: Answers how many rows there are.
    """

    def __init__(self, row_count: Callable[[], int]) -> None:
        self.row_count = row_count
        self._observers: list[RowObserver] = []
        self._holds = 0
        self._is_reshaping = False
        self._is_stale = False

    def observe(self, observer: RowObserver) -> None:
        """Tell `observer` from now on."""
        self._observers.append(observer)

    def unobserve(self, observer: RowObserver) -> None:
        """Tell `observer` no more."""
        self._observers.remove(observer)

    @property
    def is_held(self) -> bool:
        """Whether changes are collected instead of told."""
        return self._holds > 0

    def hold(self) -> None:
        """Collect changes from now on, to tell them as one reshaping."""
        self._holds += 1

    def release(self) -> None:
        """Take one `hold` back; with the last one, tell what was collected."""
        self._holds -= 1
        if not self._holds:
            self.settle()

    def settle(self) -> None:
        """Tell what was collected so far."""
        if self._is_reshaping:
            self._is_reshaping = False
            self._is_stale = False
            for observer in self._observers:
                observer.rows_reshaped(self.row_count())
        elif self._is_stale:
            self._is_stale = False
            self._tell_changed(0, self.row_count())

    @contextmanager
    def inserting(self, first: int, count: int) -> Iterator[None]:
        """Announce rows, let them come, confirm them."""
        if self._holds or not count:
            self.reshaping()
            yield
            return
        for observer in self._observers:
            observer.rows_about_to_be_inserted(first, count)
        yield
        for observer in self._observers:
            observer.rows_inserted()

    @contextmanager
    def removing(self, first: int, count: int) -> Iterator[None]:
        """Announce that rows go, let them go, confirm it."""
        if self._holds or not count:
            self.reshaping()
            yield
            return
        for observer in self._observers:
            observer.rows_about_to_be_removed(first, count)
        yield
        for observer in self._observers:
            observer.rows_removed()

    def reshaping(self) -> None:
        """Say, once until it is told, that rows are about to come and go; only while held."""
        if not self._holds or self._is_reshaping:
            return
        self._is_reshaping = True
        for observer in self._observers:
            observer.rows_about_to_be_reshaped()

    def changed(self, first: int, count: int) -> None:
        """Say that rows show something else."""
        if self._holds:
            self._is_stale = True
            return
        self._tell_changed(first, count)

    def _tell_changed(self, first: int, count: int) -> None:
        if count > 0:
            for observer in self._observers:
                observer.rows_changed(first, count)
