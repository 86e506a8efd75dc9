// Clusters have to be ready within kind's patience: on two cores nothing else runs beside them.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
