"""What a file really holds, against what was said of it: a local path goes in, a verdict comes out."""
