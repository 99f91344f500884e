"""From folders of pictures to the weights that the package ships: `python -m tools.train --help`."""
