"""Named writes, by topic: parties of the alliance, roles of its staff, files its banks hand in."""

from branches.services.parties import admit_bank, found_alliance, name_neighborhood_in_english, open_branch, open_neighborhood
from branches.services.roles import end_role, grant_role

__all__ = ["admit_bank", "end_role", "found_alliance", "grant_role", "name_neighborhood_in_english", "open_branch", "open_neighborhood"]
