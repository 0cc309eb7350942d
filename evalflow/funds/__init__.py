"""The award fund (党组织工作经费): a ledger of what comes in, is granted, spent and carried over, by double entry."""
