"""What is known of lifetimes: densities that programs computed, and how an instrument is calibrated."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr


@pytest.fixture(scope="module")
def decays(m: Any) -> Any:
    values = xr.DataArray(np.ones((8, 4, 4), dtype="uint16"), dims=["h", "y", "x"])
    axes = [
        {"name": "h", "type": "MICROTIME"},
        {"name": "y", "type": "SPACE"},
        {"name": "x", "type": "SPACE"},
    ]
    return m.create_array_dataset(data=values, scales=[], name="decays", axes=axes)


def test_a_density_of_phasors(m: Any, decays: Any) -> None:
    made = m.create_phasor_histogram(axis="h", counts=[1.0, 0.0, 2.0, 3.0], bins=2, dataset=decays.id)
    assert (made.axis, made.harmonic, made.bins, made.counts) == ("h", 1, 2, (1.0, 0.0, 2.0, 3.0))
    again = m.create_phasor_histogram(axis="h", counts=[4.0, 4.0, 4.0, 4.0], bins=2, dataset=decays.id)
    assert again.counts == (4.0, 4.0, 4.0, 4.0)


def test_a_calibration(m: Any, decays: Any) -> None:
    made = m.create_phasor_calibration(
        axis="h",
        dataset=decays.id,
        harmonic=2,
        phase_offset=0.1,
        modulation_factor=0.9,
        reference="fluorescein",
    )
    assert (made.axis, made.harmonic, made.phase_offset) == ("h", 2, 0.1)
    assert (made.modulation_factor, made.reference) == (0.9, "fluorescein")
    with pytest.raises(Exception, match="x"):
        m.create_phasor_calibration(axis="x", dataset=decays.id)
