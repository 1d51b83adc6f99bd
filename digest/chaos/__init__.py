"""The proof on the user's own machine: kill the line anywhere, break the provider any way, count.

``digest chaos`` starts servers of its own, lets a child process walk the line against them, kills
it with SIGKILL at random points, lets it go on, and counts from what the servers wrote down.
"""
