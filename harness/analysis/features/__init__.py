"""What is known of a record's input before any model answers it: the features failures are sliced by."""

from harness.analysis.features.record import features_of
from harness.analysis.features.summary import FeatureSummary
from harness.analysis.features.table import FeatureTable

__all__ = ["FeatureSummary", "FeatureTable", "features_of"]
