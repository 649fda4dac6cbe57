"""How runs of an administration are booked, until a run says otherwise."""
