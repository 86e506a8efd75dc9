using NodeForge.Recipes;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>Writes unit states as the links that systemctl would make (systemd.unit(5), "[Install]"): nothing of systemd runs.</summary>
/// <param name="draft">Takes the links.</param>
/// <param name="readUnit">A unit's text and its path in the image, from the draft or the tree below; null when there is none.</param>
internal sealed class SystemdLinks(LayerDraft draft, Func<string, (string Path, string Text)?> readUnit)
{
    private const string Folder = "etc/systemd/system";

    public void Write(SystemdUnits units)
    {
        foreach (string unit in units.Enable)
            Enable(unit);
        foreach (string unit in units.Disable)
            Disable(unit);
        foreach (string unit in units.Mask)
            draft.AddLink($"{Folder}/{unit}", "/dev/null");
        if (units.DefaultTarget is { } target)
            draft.AddLink($"{Folder}/default.target", "/lib/systemd/system/" + target);
    }

    private void Enable(string unit)
    {
        (string Path, string Text) found = readUnit(unit) ?? throw NotFound(unit, "no unit file");
        InstallSection install = InstallSection.Read(unit, found.Text);
        if (install.NeedsInstance)
            throw NotFound(unit, "a template that has no DefaultInstance=");
        if (install.Links.Count == 0 && install.Also.Count == 0)
            throw NotFound(unit, "no [Install] section that says what wants it");
        foreach ((string path, InstallSection section) in Together(unit))
        {
            foreach (string link in section.Links)
                draft.AddLink($"{Folder}/{link}", "/" + path);
        }
    }

    private void Disable(string unit)
    {
        foreach (string link in Together(unit).SelectMany(each => each.Section.Links))
            draft.Remove($"{Folder}/{link}");
    }

    // As systemctl has it: what Also= names goes along, and what of it is not there is no failure.
    private List<(string Path, InstallSection Section)> Together(string unit)
    {
        List<(string, InstallSection)> units = [];
        HashSet<string> seen = [unit];
        Queue<string> rest = new(seen);
        while (rest.TryDequeue(out string? name))
        {
            if (readUnit(name) is not { } found)
                continue;
            InstallSection section = InstallSection.Read(name, found.Text);
            units.Add((found.Path, section));
            foreach (string also in section.Also.Where(seen.Add))
                rest.Enqueue(also);
        }

        return units;
    }

    private static NodeForgeException NotFound(string unit, string got) =>
        new(
            new Diagnostic(ErrorCodes.UnitNotFound, $"the unit '{unit}' cannot be enabled")
            {
                Where = new("systemd.enable"),
                Got = got,
                Hint = "correct the name, or add the unit under 'files'",
            }
        );
}
