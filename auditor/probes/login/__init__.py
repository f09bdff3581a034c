"""What the owner's password opens: one family's questions a file, one attempt a device.

Off unless ``--credentials`` names a file. Nothing here is part of the default send list.
"""
