namespace NodeForge.Recipes.Locks;

/// <summary>Holds what is to become an entry of a lock against the rules for one that is read: an archive's index is as foreign as a
/// lock.</summary>
public static class LockEntries
{
    /// <summary>The first thing that is wrong with a package; null where nothing is.</summary>
    /// <param name="package">As an index has it.</param>
    /// <param name="code">What a wrong one is.</param>
    /// <param name="where">Where it stands.</param>
    public static Diagnostic? ProblemOf(LockedPackage package, ErrorCode code, Location where) =>
        First(LockRules.Package(package, package.Name), code, where);

    /// <summary>The first thing that is wrong with a file; null where nothing is.</summary>
    /// <param name="file">As an index has it.</param>
    /// <param name="code">What a wrong one is.</param>
    /// <param name="where">Where it stands.</param>
    public static Diagnostic? ProblemOf(LockedFile file, ErrorCode code, Location where) =>
        First(LockRules.File(file, file.Name), code, where);

    private static Diagnostic? First(IEnumerable<LockProblem> problems, ErrorCode code, Location where) =>
        problems
            .Select(problem => new Diagnostic(code, problem.What)
            {
                Where = where with { Detail = problem.Place },
                Got = problem.Got,
                Want = problem.Want,
            })
            .FirstOrDefault();
}
