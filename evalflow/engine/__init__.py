"""What moves seasons: acts, time, rehearsals, the doctor, and the organiser's desk."""
