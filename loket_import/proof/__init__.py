"""What proves a booking: kept when it is booked, reckoned anew when it is looked at."""
