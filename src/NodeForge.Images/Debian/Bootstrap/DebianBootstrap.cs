using System.Globalization;
using NodeForge.Images.Debian.Packages;
using NodeForge.Images.Processes;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;

namespace NodeForge.Images.Debian.Bootstrap;

/// <summary>Makes a root file system of exactly the locked packages, configured by their own scripts, and takes out of it what is never the
/// same twice.</summary>
internal sealed class DebianBootstrap(BuildEnvironment environment)
{
    /// <summary>The layer, made or known.</summary>
    /// <param name="plan">Packages and settings.</param>
    /// <param name="epoch">Every time in the layer.</param>
    /// <param name="purpose">An image's root has no device nodes; a toolchain's has, since it is run in.</param>
    public async Task<LayerBlob> BuildAsync(RootfsPlan plan, long epoch, RootfsPurpose purpose, CancellationToken cancellationToken)
    {
        Digest key = KeyOf(plan, epoch, purpose);
        ForgeStep step = environment.Reporter.Step(
            $"configure {plan.Settings.Suite} {plan.Architecture}, {Quantity.Of(plan.Part.Packages.Count, "package")}"
        );
        using ForgeStep _ = step;
        IReadOnlyList<ActionOutput> outputs = await environment
            .Actions.GetOrRunAsync(
                key,
                step,
                async () =>
                {
                    using ScratchFolder scratch = environment.NewScratch("rootfs");
                    string tar = scratch.Combine("rootfs.tar");
                    await BootstrapAsync(plan, epoch, scratch, tar, cancellationToken).ConfigureAwait(false);
                    LayerBlob layer = Normalize(plan, tar, epoch, purpose, cancellationToken);
                    return [LayerOutput.Of("rootfs", layer)];
                },
                cancellationToken,
                reads: plan.Part
            )
            .ConfigureAwait(false);
        return outputs[0].ToLayer();
    }

    internal static Digest KeyOf(RootfsPlan plan, long epoch, RootfsPurpose purpose) =>
        ActionKey.Of(
            "rootfs/1",
            [
                plan.Settings.Suite,
                plan.Architecture,
                purpose.ToString(),
                epoch.ToString(CultureInfo.InvariantCulture),
                "exclude",
                .. plan.Settings.Exclude,
                "include",
                .. plan.Settings.Include,
                "packages",
                .. plan.Settings.Packages,
                "debs",
                .. plan.Part.Packages.Select(package => package.Digest.Hex).Order(StringComparer.Ordinal),
            ]
        );

    private async Task BootstrapAsync(RootfsPlan plan, long epoch, ScratchFolder scratch, string tar, CancellationToken cancellationToken)
    {
        ForeignPrograms.Check(plan.Architecture);
        string repository = scratch.Combine("repository");
        Directory.CreateDirectory(repository);
        LocalRepository.Write(repository, plan.Part.Packages, environment.Store);
        Directory.CreateDirectory(scratch.Combine("tmp"));
        Dictionary<string, string> variables = new()
        {
            ["TMPDIR"] = scratch.Combine("tmp"),
            ["SOURCE_DATE_EPOCH"] = epoch.ToString(CultureInfo.InvariantCulture),
        };
        ProgramRunner runner = environment.Programs;
        await runner
            .RunAsync(new ProgramCall("mmdebstrap", "--version") { Package = "mmdebstrap" }, cancellationToken)
            .ConfigureAwait(false);
        bool network = await HasNetworksAsync(runner, cancellationToken).ConfigureAwait(false);
        ProgramCall call = Confined(
            environment.IsRoot,
            network,
            new("mmdebstrap", [.. Arguments(plan, repository, tar)]) { Package = "mmdebstrap" }
        );
        // mmdebstrap takes a setting for a file when there is one of that name: in a folder with nobody else's files there is none.
        await runner
            .RunAsync(call.Hermetically(variables) with { WorkingDirectory = scratch.Path }, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>The call in namespaces of its own, as far as this user may have them.</summary>
    internal static ProgramCall Confined(bool root, bool network, ProgramCall call) =>
        Namespaces(root, network) is { Length: > 0 } own
            ? new("unshare", [.. own, "--", call.Program, .. call.Arguments]) { Package = "util-linux" }
            : call;

    // The packages come out of a folder: in a network of their own their scripts reach nobody.
    private static string[] Namespaces(bool root, bool network) =>
        (root, network) switch
        {
            // As root mmdebstrap mounts into the new root; in a mount namespace of its own those mounts go with it, even when it is killed.
            (true, true) => ["--mount", "--net"],
            (true, false) => ["--mount"],
            // mmdebstrap would make the same user namespace and has no option for the other; it makes none where it finds itself root.
            (false, true) => ["--user", "--map-auto", "--map-root-user", "--net"],
            (false, false) => [],
        };

    /// <summary>Whether programs can be given a network without anybody in it; a warning says where not.</summary>
    internal async Task<bool> HasNetworksAsync(ProgramRunner runner, CancellationToken cancellationToken)
    {
        ProgramResult made = await runner
            .TryAsync(Confined(environment.IsRoot, network: true, new("true")), cancellationToken)
            .ConfigureAwait(false);
        if (made.ExitCode == 0)
            return true;
        environment.Reporter.Warn(
            new Diagnostic(ErrorCodes.NetworkReachable, "the scripts of the packages are run with this machine's network")
            {
                Got = made.Error.Trim(),
                Hint = ErrorCodes.NetworkReachable.Remedy,
            }
        );
        return false;
    }

    private IEnumerable<string> Arguments(RootfsPlan plan, string repository, string tar) =>
        [
            environment.IsRoot ? "--mode=root" : "--mode=unshare",
            // Every locked package is named, so that mmdebstrap chooses nothing itself; its hook makes /bin and the others links, as
            // usr-is-merged asks.
            "--variant=custom",
            "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
            $"--architectures={plan.Architecture}",
            // ForeignPrograms has looked: mmdebstrap's own look needs a package more (arch-test).
            "--skip=check/qemu",
            $"--include={string.Join(',', plan.Part.Packages.Select(package => package.Name))}",
            "--format=tar",
            // Only this repository, whose digests come from the lock, is ever asked: there is no Release file to sign or to expire.
            "--aptopt=APT::Install-Recommends false",
            "--aptopt=Acquire::Languages none",
            // dpkg syncs every file by default; the root file system is thrown away if the machine stops.
            "--dpkgopt=force-unsafe-io",
            .. plan.Settings.Exclude.Select(glob => $"--dpkgopt=path-exclude={glob}"),
            .. plan.Settings.Include.Select(glob => $"--dpkgopt=path-include={glob}"),
            plan.Settings.Suite,
            tar,
            $"deb [trusted=yes] copy:{repository} ./",
        ];

    private LayerBlob Normalize(RootfsPlan plan, string tar, long epoch, RootfsPurpose purpose, CancellationToken cancellationToken)
    {
        List<LayerEntry> entries = RootfsNormalizer.Read(tar, epoch, purpose);
        RootfsPackages.Check(entries, plan.Part);
        return LayerWriter.WriteToStore(entries, environment.Store, LayerEncoding.None, epoch, cancellationToken);
    }
}

/// <summary>What a root file system is for.</summary>
internal enum RootfsPurpose
{
    Image,
    Toolchain,
}
