"""Files: uploaded to S3 by whoever has them, checked before anybody may download them."""
