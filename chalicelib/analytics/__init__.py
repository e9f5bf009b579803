"""Analytics: sums kept by events, so that a report costs the same with a hundred rows as with a million.

Sign rule of the house: a negative amount leaves the user. Here it is split: `income` and `expense` are both
counted upwards from zero, `net` is their difference.
"""
