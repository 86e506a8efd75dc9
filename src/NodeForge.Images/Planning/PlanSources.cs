using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Planning;

/// <summary>What must be at hand before plans are carried out.</summary>
public static class PlanSources
{
    /// <param name="plans">The plans.</param>
    /// <param name="locked">Their lock.</param>
    /// <param name="mirrors">Where from.</param>
    /// <param name="store">A part whose locked output it has needs no source: nobody fetches a compiler for what is compiled.</param>
    public static IReadOnlyList<Source> Of(IReadOnlyList<ImagePlan> plans, RecipeLock locked, SourceMirrors mirrors, BlobStore store)
    {
        HashSet<LockedPart> needed = new(plans.SelectMany(plan => plan.PartsNeeded(store)), ReferenceEqualityComparer.Instance);
        return LockSources.Of(locked, mirrors, needed.Contains);
    }

    /// <summary>Of those, what is needed whatever others made: steps that are not shared read it. Packages, and what is compiled, are read
    /// by steps that are.</summary>
    public static IReadOnlyList<Source> WhateverIsMade(IReadOnlyList<ImagePlan> plans, RecipeLock locked, SourceMirrors mirrors)
    {
        HashSet<LockedPart> read = new(
            plans.SelectMany(plan => plan is NodeImagePlan { Kubernetes: { } build } ? plan.Parts.Except(build.Parts) : plan.Parts),
            ReferenceEqualityComparer.Instance
        );
        RecipeLock only = locked with
        {
            Parts =
            [
                .. locked
                    .Parts.Where(read.Contains)
                    .Select(part =>
                        part with
                        {
                            Sources = [.. part.Sources.Where(source => source is LockedImage or LockedFile { Suite: null })],
                        }
                    ),
            ],
        };
        return LockSources.Of(only, mirrors);
    }

    private static IEnumerable<LockedPart> PartsNeeded(this ImagePlan plan, BlobStore store) =>
        plan switch
        {
            NodeImagePlan { Kubernetes: { } build } node => node.Parts.Except(build.Parts).Concat(build.PartsNeeded(store)),
            KubernetesBuildPlan { Part.Output: { } output } when store.Contains(output) => [],
            _ => plan.Parts,
        };
}
