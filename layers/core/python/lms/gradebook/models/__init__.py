"""What a course's gradebook is set to, and its grading scheme."""
