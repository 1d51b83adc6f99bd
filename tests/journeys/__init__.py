"""What editors do from the first look to what readers get, in a browser, against real servers."""
