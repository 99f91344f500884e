"""From numbers to a shop: goods modelled, lit and photographed by Blender, with a catalogue and phone photos of them.

Needs Python 3.11 and what only this tool needs: `pip install bpy==5.0.1 pillow numpy tqdm`, in an environment of its
own, since the package never imports Blender.

    python -m tools.render var/goods --only mug --limit 6 --size 320 --samples 8    # a try
    python -m tools.render var/goods                                                # all of it; goes on where it was
"""
